import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { openDatabase, type Database } from '../../../lib/db/database.ts';
import { isDatabaseUnavailable } from '../../../lib/db/unavailable.ts';
import { describeWithServer } from '../../servers.ts';

describeWithServer('PostgreSQL', 'a connection that breaks', (address) => {
  let lost: Error[];
  let firstLoss: Promise<void>;
  let database: Database;
  let operator: Database;
  beforeEach(async () => {
    lost = [];
    let told = (): void => undefined;
    firstLoss = new Promise((resolve) => (told = resolve));
    database = await openDatabase({ dsn: address }, (error) => {
      lost.push(error);
      told();
    });
    operator = await openDatabase({ dsn: address });
  });
  afterEach(async () => {
    await database.close();
    await operator.close();
  });

  const end = (pid: number): Promise<unknown> => operator.executor.query('SELECT pg_terminate_backend($1)', [pid]);
  const pidOf = async (on: Database['db']): Promise<number> => {
    const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(on);
    return rows[0]?.pid ?? 0;
  };

  it('while a transaction has it fails the transaction and not the process', async () => {
    const failure = await database.db
      .transaction()
      .execute(async (transaction) => {
        await end(await pidOf(transaction));
        await firstLoss;
        await sql`SELECT 1`.execute(transaction);
      })
      .catch((error: unknown) => error);
    expect(isDatabaseUnavailable(failure)).toBe(true);
    await database.ping();
  });

  it('during a statement of a transaction fails the statement and not the process', async () => {
    const failure = await database.db
      .transaction()
      .execute(async (transaction) => {
        const pid = await pidOf(transaction);
        const sleeping = sql`SELECT pg_sleep(60)`.execute(transaction);
        await Promise.all([sleeping, end(pid)]);
      })
      .catch((error: unknown) => error);
    expect(isDatabaseUnavailable(failure)).toBe(true);
    await database.ping();
  });

  it('while it is idle is told once, and replaced', async () => {
    await end(await pidOf(database.db));
    await firstLoss;
    await database.ping();
    expect(lost).toHaveLength(1);
  });
});
