import { afterEach, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { ServiceBroker } from 'moleculer';
import { openDatabase, type Database } from '../../../lib/db/database.ts';
import { databaseMetrics } from '../../../lib/telemetry/database-metrics.ts';
import { brokerMetrics, renderMetrics } from '../../../lib/telemetry/prometheus.ts';
import { createDatabase } from '../../../scripts/servers/postgres.ts';
import { describeWithServer } from '../../servers.ts';

describeWithServer('PostgreSQL', 'the pool of a database that is watched', (address) => {
  let database: Database;
  let broker: ServiceBroker;
  let drop: () => Promise<void>;
  let timers: (() => void)[] = [];
  let dsn: string;

  afterEach(async () => {
    await database.close();
    await broker.stop();
    await drop();
  });

  async function open(poolSize: number, lost: (pool: string) => void = () => undefined): Promise<void> {
    const fresh = await createDatabase(address, 'observed');
    ({ dsn } = fresh);
    drop = () => fresh.drop();
    broker = new ServiceBroker({ logger: false, nodeID: 'n', metrics: brokerMetrics() } as object);
    timers = [];
    const clock = { now: () => 0, after: (_ms: number, run: () => void) => (timers.push(run), () => undefined) };
    const { connectionLost, observer } = databaseMetrics(broker, clock, lost).of('main');
    database = await openDatabase({ dsn: fresh.dsn, poolSize }, connectionLost, observer);
  }

  const look = (): void => timers.splice(0).forEach((run) => run());
  const shown = (line: string): string | undefined =>
    new RegExp(`^library_database_${line.replaceAll(/[{}]/g, '\\$&')} (\\S+)$`, 'm').exec(renderMetrics(broker))?.[1];

  it('counts statements by what became of them, written out and built, alone and in transactions', async () => {
    await open(2);
    await database.executor.query('SELECT 1');
    await database.db.transaction().execute((trx) => sql`SELECT 2`.execute(trx));
    await database.executor.query('SELECT nonsense').catch(() => undefined);
    await sql`SELECT nonsense`.execute(database.db).catch(() => undefined);
    await database.executor.query("DO $$ BEGIN RAISE SQLSTATE '57P01'; END $$").catch(() => undefined);
    expect(shown('query_duration_seconds_count{node_id="n",pool="main",outcome="ok"}')).toBe('4'); // BEGIN and COMMIT, too
    expect(shown('query_duration_seconds_count{node_id="n",pool="main",outcome="error"}')).toBe('2');
    expect(shown('query_duration_seconds_count{node_id="n",pool="main",outcome="unavailable"}')).toBe('1');
  });

  it('shows who has a connection and who waits for one', async () => {
    await open(1);
    const release = Promise.withResolvers<void>();
    const inside = Promise.withResolvers<void>();
    const transaction = database.db.transaction().execute(async () => {
      inside.resolve();
      await release.promise;
    });
    await inside.promise;
    const waiting = database.ping();
    look();
    expect(shown('connections{node_id="n",pool="main",state="in_use"}')).toBe('1');
    expect(shown('waiting{node_id="n",pool="main"}')).toBe('1');
    release.resolve();
    await Promise.all([transaction, waiting]);
    look();
    expect(shown('connections{node_id="n",pool="main",state="idle"}')).toBe('1');
    expect(shown('waiting{node_id="n",pool="main"}')).toBe('0');
  });

  it('counts connections that broke', async () => {
    const lost = Promise.withResolvers<string>();
    await open(2, lost.resolve);
    await database.ping();
    expect(shown('connections_lost_total{node_id="n",pool="main"}')).toBe('0');
    const terminate = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1';
    const operator = await openDatabase({ dsn: address });
    try {
      await operator.executor.query(terminate, [new URL(dsn).pathname.slice(1)]);
    } finally {
      await operator.close();
    }
    await expect(lost.promise).resolves.toBe('main');
    expect(shown('connections_lost_total{node_id="n",pool="main"}')).toBe('1');
  });
});
