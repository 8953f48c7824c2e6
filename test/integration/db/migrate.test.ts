import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { openDatabase, type Database } from '../../../lib/db/database.ts';
import { migrateDown, migrateToLatest, migrationStatus } from '../../../lib/db/migrate.ts';
import { prepareDatabase } from '../../../lib/db/prepare.ts';
import { createDatabase, type FreshDatabase } from '../../../scripts/servers/postgres.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';
import { describeWithServer } from '../../servers.ts';

onEachDatabase('the migrations', (database) => {
  it('can each be taken back, and applied again', async () => {
    const all = (await migrationStatus(database())).map(({ name }) => name);
    const takenBack: string[] = [];
    for (let names = await migrateDown(database()); names.length > 0; names = await migrateDown(database())) {
      takenBack.push(...names);
    }
    expect(takenBack.toReversed()).toEqual(all);
    const { rows } = await database().executor.query<{ table_name: string }>(
      `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_name NOT LIKE 'kysely_%'`,
    );
    expect(rows).toEqual([]);
    expect(await migrateToLatest(database())).toEqual(all);
  });

  it("begin every per-user table's primary key with the user", async () => {
    // Checkpoints are the engine's, and lie by shard; the outbox is a queue, read by lane; erasures outlive their users.
    const others = ['checkpoint_records', 'outbox_events', 'erasures'];
    const { rows } = await database().executor.query<{ table: string; first: string }>(
      `SELECT relname AS table, attname AS first FROM pg_constraint
       JOIN pg_class ON pg_class.oid = conrelid JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
       WHERE contype = 'p' AND relname <> ALL ($1) AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = conrelid AND a.attname = 'user_id')`,
      [others],
    );
    expect(rows.length).toBeGreaterThan(7);
    expect(rows.filter(({ first }) => first !== 'user_id')).toEqual([]);
  });
});

describeWithServer('PostgreSQL', 'many processes that start at once', (address) => {
  let fresh: FreshDatabase;
  let databases: Database[];
  beforeEach(async () => {
    fresh = await createDatabase(address, 'migrate');
    databases = await Promise.all(Array.from({ length: 5 }, () => openDatabase({ dsn: fresh.dsn })));
  });
  afterEach(async () => {
    await Promise.all(databases.map((database) => database.close()));
    await fresh.drop();
  });

  it('step back from a table that is being read for long, and let requests pass before they try again', async () => {
    const [migrating, reading, working] = databases as [Database, Database, Database];
    const names = await migrateToLatest(migrating);
    while ((await migrateDown(migrating))[0] !== '0024_outbox_traces') continue;
    const held = Promise.withResolvers<void>();
    const isHeld = Promise.withResolvers<void>();
    const dump = reading.db.transaction().execute(async (transaction) => {
      await sql`LOCK TABLE outbox_events IN ACCESS SHARE MODE`.execute(transaction);
      isHeld.resolve();
      await held.promise;
    });
    await isHeld.promise;

    let pauses = 0;
    const applied = await migrateToLatest(migrating, {
      forMs: 60_000,
      pause: async () => {
        pauses += 1;
        await working.executor.query('SELECT FROM outbox_events LIMIT 1');
        if (pauses < 3) return;
        held.resolve();
        await dump;
      },
    });
    expect([pauses, applied]).toEqual([3, names.slice(names.indexOf('0024_outbox_traces'))]);
  });

  it('apply each migration once, and make each partition once', async () => {
    const applied = await Promise.all(databases.map((database) => prepareDatabase(database, TEST_NOW)));
    const all = (await migrationStatus(databases[0]!)).map(({ name }) => name);
    expect(applied.flat().toSorted()).toEqual(all);
  }, 30_000);
});
