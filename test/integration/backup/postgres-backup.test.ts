import { appendFileSync, chownSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { runScript } from '../../../scripts/rehearse-restore/run-script.ts';
import { freshFolder, unprivilegedAccount, type Account } from '../../../scripts/servers/machine.ts';
import { createDatabase, startPostgres } from '../../../scripts/servers/postgres.ts';
import type { PrivateServer } from '../../../scripts/servers/server.ts';
import { openDatabase } from '../../../lib/db/database.ts';
import { prepareDatabase } from '../../../lib/db/prepare.ts';
import { describeWithPrivateServer, started } from '../../servers.ts';
import { TEST_NOW } from '../../databases.ts';

const PATIENCE_MS = 120_000;
const ARCHIVE_WAL = path.resolve(import.meta.dirname, '../../../scripts/backup/archive-wal');

describeWithPrivateServer('PostgreSQL', 'backups of PostgreSQL', () => {
  let account: Account | null;
  let backups: string;
  let server: PrivateServer;

  beforeAll(async () => {
    account = unprivilegedAccount('postgres');
    backups = freshFolder('backups', account);
    const wal = folder('postgres/wal');
    const settings = { archive_mode: 'on', archive_command: `${ARCHIVE_WAL} ${wal} %p %f` };
    server = started(await startPostgres({ fsync: false, settings }));
  }, PATIENCE_MS);

  afterAll(async () => {
    await server.stop();
    rmSync(backups, { recursive: true, force: true });
  });

  function folder(name: string): string {
    let made = backups;
    for (const part of name.split('/')) {
      made = path.join(made, part);
      mkdirSync(made, { recursive: true });
      if (account !== null) chownSync(made, account.uid, account.gid);
    }
    return made;
  }
  const environment = (dsn = server.address) => ({ POSTGRES_DSN: dsn, BACKUP_DIR: backups });
  const backup = (...args: readonly string[]) => runScript('backup/postgres', args, environment(), account);
  const kept = (kind: string) =>
    readdirSync(path.join(backups, 'postgres', kind)).filter((name) => !name.startsWith('.'));

  async function query<Row extends object>(text: string, dsn = server.address): Promise<readonly Row[]> {
    const client = new Client(dsn);
    await client.connect();
    try {
      return (await client.query<Row>(text)).rows;
    } finally {
      await client.end();
    }
  }

  /** As the machine's end: the server dies at once, and its disk with it. */
  async function destroy(): Promise<string> {
    const [row] = await query<{ data_directory: string }>('SHOW data_directory');
    const data = row?.data_directory ?? '';
    await server.process.kill('SIGKILL');
    rmSync(data, { recursive: true });
    return data;
  }

  async function recovered(): Promise<void> {
    await server.process.start();
    for (;;) {
      const [row] = await query<{ recovering: boolean }>('SELECT pg_is_in_recovery() AS recovering');
      if (row?.recovering === false) return;
    }
  }

  describeDumps();
  describeTimes();

  function describeDumps(): void {
    let source: Awaited<ReturnType<typeof createDatabase>>;
    let target: Awaited<ReturnType<typeof createDatabase>>;

    beforeEach(async () => {
      source = await createDatabase(server.address, 'source');
      target = await createDatabase(server.address, 'target');
      const database = await openDatabase({ dsn: source.dsn });
      await prepareDatabase(database, TEST_NOW);
      await database.close();
      await query(
        `INSERT INTO playtime_totals (user_id, game_id, ms, last_played_at)
         SELECT gen_random_uuid(), gen_random_uuid(), n, now() FROM generate_series(1, 1000) AS n`,
        source.dsn,
      );
    });

    afterEach(async () => {
      await source.drop();
      await target.drop();
      rmSync(path.join(backups, 'postgres/dump'), { recursive: true, force: true });
    });

    const dump = (env: Readonly<Record<string, string>> = {}) =>
      runScript('backup/postgres', ['dump'], { ...environment(source.dsn), ...env }, account);
    const restore = (dsn: string) => runScript('restore/postgres', ['dump'], environment(dsn), account);
    const totals = (dsn: string) => query('SELECT * FROM playtime_totals ORDER BY user_id, game_id', dsn);

    it(
      'brings the tables of a dump back as they were, into a database of which nothing is there',
      async () => {
        await dump();
        await restore(target.dsn);
        expect(await totals(target.dsn)).toEqual(await totals(source.dsn));
        const database = await openDatabase({ dsn: target.dsn });
        expect(await prepareDatabase(database, TEST_NOW)).toEqual([]);
        await database.close();
      },
      PATIENCE_MS,
    );

    it(
      'loads nothing into a database that has tables',
      async () => {
        await dump();
        await expect(restore(source.dsn)).rejects.toThrow('expected an empty one');
      },
      PATIENCE_MS,
    );

    it(
      'loads nothing of a dump that was damaged meanwhile',
      async () => {
        const place = await dump();
        const [file = ''] = readdirSync(path.join(place, 'library')).filter((name) => name.endsWith('.dat.gz'));
        appendFileSync(path.join(place, 'library', file), 'x');
        await expect(restore(target.dsn)).rejects.toThrow('is damaged');
        expect(await query('SELECT FROM pg_tables WHERE schemaname = $$public$$', target.dsn)).toEqual([]);
      },
      PATIENCE_MS,
    );

    it(
      'refuses to call the dump of another database a backup',
      async () => {
        const empty = { POSTGRES_DSN: target.dsn };
        await expect(dump(empty)).rejects.toThrow('does not hold the tables');
        expect(kept('dump').every((name) => name.endsWith('.unfinished'))).toBe(true);
      },
      PATIENCE_MS,
    );

    it(
      'keeps as many as it is told, and removes what was interrupted',
      async () => {
        mkdirSync(path.join(folder('postgres/dump'), '20260101T000000Z.unfinished'));
        mkdirSync(path.join(folder('postgres/dump'), '20260102T000000Z'));
        await dump({ BACKUP_KEEP: '1' });
        expect(kept('dump')).toEqual([expect.stringMatching(/^\d{8}T\d{6}Z$/)]);
        expect(kept('dump')).not.toContain('20260102T000000Z');
      },
      PATIENCE_MS,
    );

    it(
      'fails with a status of its own when the backup could not be carried away, and keeps it',
      async () => {
        await expect(dump({ BACKUP_OFFSITE_COMMAND: 'test -e "$1" && exit 5' })).rejects.toThrow(
          /failed \(3\): .*BACKUP_OFFSITE_COMMAND failed/,
        );
        expect(kept('dump')).toHaveLength(1);
      },
      PATIENCE_MS,
    );

    it(
      'tells when the newest backup is too old',
      async () => {
        await dump();
        await expect(backup('check', '2')).resolves.toContain('is 0 hours old');
        await expect(backup('check', '0')).rejects.toThrow('expected less than 0');
      },
      PATIENCE_MS,
    );
  }

  function describeTimes(): void {
    it(
      'goes back to any moment since a base backup, or to the last archived one',
      async () => {
        await query('CREATE TABLE told (what text)');
        await query(`INSERT INTO told VALUES ('before the backup')`);
        await backup('base');
        await query(`INSERT INTO told VALUES ('after the backup')`);
        const [moment] = await query<{ at: string }>('SELECT clock_timestamp()::text AS at');
        await query(`INSERT INTO told VALUES ('the mistake')`);
        await query('SELECT pg_switch_wal()');
        const archive = path.join(backups, 'postgres/wal');
        const [last] = await query<{ name: string }>('SELECT pg_walfile_name(pg_current_wal_lsn() - 1) AS name');
        while (!readdirSync(archive).includes(last?.name ?? '')) await query('SELECT pg_sleep(0.05)');

        const data = await destroy();
        await runScript('restore/postgres', ['base', data, '--time', moment?.at ?? ''], environment(), account);
        await recovered();
        expect(await query('SELECT what FROM told')).toEqual([
          { what: 'before the backup' },
          { what: 'after the backup' },
        ]);
        await expect(runScript('restore/postgres', ['base', data], environment(), account)).rejects.toThrow(
          'is not empty',
        );
      },
      PATIENCE_MS,
    );

    it(
      'makes no data directory of a base backup that was damaged',
      async () => {
        const place = await backup('base');
        writeFileSync(path.join(place, 'PG_VERSION'), '16\n');
        const data = path.join(folder('elsewhere'), 'data');
        await expect(runScript('restore/postgres', ['base', data], environment(), account)).rejects.toThrow(
          'is damaged',
        );
        expect(readdirSync(path.dirname(data))).toEqual([]);
        rmSync(place, { recursive: true });
      },
      PATIENCE_MS,
    );

    it(
      'removes the WAL that no kept base backup needs, and only that, also when the backup cannot be carried away',
      async () => {
        const archive = path.join(backups, 'postgres/wal');
        const before = readdirSync(archive);
        const offline = { ...environment(), BACKUP_KEEP: '1', BACKUP_OFFSITE_COMMAND: 'false' };
        await expect(runScript('backup/postgres', ['base'], offline, account)).rejects.toThrow('failed (3)');
        const after = readdirSync(archive);
        expect(after.length).toBeLessThan(before.length);
        const data = await destroy();
        await runScript('restore/postgres', ['base', data], environment(), account);
        await recovered();
        expect(await query('SELECT count(*)::integer AS n FROM told')).toEqual([{ n: 2 }]);
      },
      PATIENCE_MS,
    );
  }
});
