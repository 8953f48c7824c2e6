/** A process of the release before, on the schema of the next one: what a rolling upgrade is full of. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { SchemaTooNew } from '../../../lib/db/contraction.ts';
import { openDatabase, type Database } from '../../../lib/db/database.ts';
import { migrateDown, migrateToLatest } from '../../../lib/db/migrate.ts';
import { createDatabase, type FreshDatabase } from '../../../scripts/servers/postgres.ts';
import { onEachDatabase } from '../../databases.ts';
import { describeWithServer } from '../../servers.ts';

const applied = (database: Database, name: string): Promise<unknown> =>
  database.executor.query('INSERT INTO kysely_migration (name, timestamp) VALUES ($1, $2)', [name, '2030-01-01']);

onEachDatabase('a schema that a newer release has migrated', (database) => {
  afterEach(() => database().executor.query(`DELETE FROM kysely_migration WHERE name LIKE '99%'`));

  it('is left as it is, and worked on', async () => {
    await applied(database(), '9901_notes');
    expect(await migrateToLatest(database())).toEqual([]);
  });

  it('is refused when what this release needs was taken away', async () => {
    await applied(database(), '9902_contract_9999_0_0_drop_everything');
    await expect(migrateToLatest(database())).rejects.toThrow(SchemaTooNew);
  });
});

/** A migration that needs a busy table for itself. */
const ALTERING = '0024_outbox_traces';
const LIMIT_MS = 60_000;

describeWithServer('PostgreSQL', 'a migration that has to wait for a lock', (address) => {
  let fresh: FreshDatabase;
  let databases: Database[];
  beforeEach(async () => {
    fresh = await createDatabase(address, 'waits');
    databases = await Promise.all(Array.from({ length: 3 }, () => openDatabase({ dsn: fresh.dsn })));
  });
  afterEach(async () => {
    await Promise.all(databases.map((database) => database.close()));
    await fresh.drop();
  });

  it(
    'lets those who come after it pass, and is applied when the lock is free',
    async () => {
      const [migrating, holding, reading] = databases as [Database, Database, Database];
      const all = await migrateToLatest(migrating);
      for (let taken: readonly string[] = []; !taken.includes(ALTERING);) taken = await migrateDown(migrating);
      let migrated: Promise<readonly string[]> = Promise.resolve([]);
      await holding.db.transaction().execute(async (trx) => {
        await sql`LOCK TABLE outbox_events IN ACCESS SHARE MODE`.execute(trx);
        migrated = migrateToLatest(migrating);
        const waiting = `SELECT FROM pg_locks WHERE NOT granted AND relation = 'outbox_events'::regclass`;
        for (let rows: readonly unknown[] = []; rows.length === 0;) ({ rows } = await reading.executor.query(waiting));
        // Queues behind the migration, which steps back.
        await reading.executor.query('SELECT count(*) FROM outbox_events');
      });
      expect(await migrated).toEqual(all.slice(all.indexOf(ALTERING)));
    },
    LIMIT_MS,
  );
});
