import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { runScript } from '../../../scripts/rehearse-restore/run-script.ts';
import { startWalReceiver, type WalReceiver } from '../../../scripts/rehearse-restore/wal-receiver.ts';
import { freshFolder, unprivilegedAccount, type Account } from '../../../scripts/servers/machine.ts';
import { startPostgres } from '../../../scripts/servers/postgres.ts';
import type { PrivateServer } from '../../../scripts/servers/server.ts';
import { describeWithPrivateServer, started } from '../../servers.ts';

const PATIENCE_MS = 120_000;

describeWithPrivateServer('PostgreSQL', 'WAL that is received as it is written', () => {
  let account: Account | null;
  let backups: string;
  let server: PrivateServer;
  let receiver: WalReceiver | null = null;

  beforeEach(async () => {
    account = unprivilegedAccount('postgres');
    backups = freshFolder('backups', account);
    server = started(await startPostgres({ fsync: false }));
  }, PATIENCE_MS);

  afterEach(async () => {
    await receiver?.stop();
    await server.stop();
    rmSync(backups, { recursive: true, force: true });
  }, PATIENCE_MS);

  async function query<Row extends object>(...texts: readonly string[]): Promise<readonly Row[]> {
    const client = new Client(server.address);
    await client.connect();
    try {
      let rows: readonly Row[] = [];
      for (const text of texts) ({ rows } = await client.query<Row>(text));
      return rows;
    } finally {
      await client.end();
    }
  }

  it(
    'holds everything that the server confirmed, also when the server dies the moment after',
    async () => {
      const environment = { POSTGRES_DSN: server.address, BACKUP_DIR: backups };
      await query('CREATE TABLE told (what text)');
      await runScript('backup/postgres', ['base'], environment, account);
      receiver = startWalReceiver(environment, account);
      await query(`ALTER SYSTEM SET synchronous_standby_names = 'library_archive'`, 'SELECT pg_reload_conf()');
      const waits = `SELECT count(*)::integer AS n FROM pg_stat_replication WHERE sync_state = 'sync'`;
      while ((await query<{ n: number }>(waits))[0]?.n !== 1) await query('SELECT pg_sleep(0.05)');

      await query(`INSERT INTO told VALUES ('the last word')`);
      const [row] = await query<{ data_directory: string }>('SHOW data_directory');
      const data = row?.data_directory ?? '';
      await server.process.kill('SIGKILL');
      rmSync(data, { recursive: true });
      await receiver.stop();
      await runScript('restore/postgres', ['base', data], environment, account);
      await server.process.start();
      while ((await query<{ r: boolean }>('SELECT pg_is_in_recovery() AS r'))[0]?.r !== false) continue;
      expect(await query('SELECT what FROM told')).toEqual([{ what: 'the last word' }]);

      // The archive goes on where it was, on the new timeline.
      receiver = startWalReceiver(environment, account);
      await query(`ALTER SYSTEM SET synchronous_standby_names = 'library_archive'`, 'SELECT pg_reload_conf()');
      await query(`INSERT INTO told VALUES ('of the new life')`);
      await server.process.kill('SIGKILL');
      rmSync(data, { recursive: true });
      await receiver.stop();
      receiver = null;
      await runScript('restore/postgres', ['base', data], environment, account);
      await server.process.start();
      while ((await query<{ r: boolean }>('SELECT pg_is_in_recovery() AS r'))[0]?.r !== false) continue;
      expect(await query('SELECT what FROM told')).toEqual([{ what: 'the last word' }, { what: 'of the new life' }]);
    },
    PATIENCE_MS,
  );
});
