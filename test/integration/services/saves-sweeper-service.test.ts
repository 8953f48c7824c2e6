import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ServiceBroker } from 'moleculer';
import type { Clock } from '../../../lib/ports/clock.ts';
import { brokerMetrics, renderMetrics } from '../../../lib/telemetry/prometheus.ts';
import type { SweepReport } from '../../../lib/savegames/sweep/sweep.ts';
import { savesSweeperService } from '../../../services/saves-sweeper.service.ts';
import { brokerOptions } from '../../../moleculer.config.ts';
import { onEachDatabase } from '../../databases.ts';
import { contentOf } from '../../memory-save-store.ts';
import { AWAY } from '../../save-store-faults.ts';
import { DAY, SweepBench } from '../savegames/sweep/sweep-bench.ts';

onEachDatabase('the service that sweeps saves', (database) => {
  let bench: SweepBench;
  let broker: ServiceBroker;
  let scheduled: PromiseWithResolvers<void>;
  let waiting: (() => void)[];
  const logged: Record<string, unknown>[] = [];
  beforeEach(() => {
    bench = new SweepBench(database());
    scheduled = Promise.withResolvers<void>();
    waiting = [];
    logged.length = 0;
  });
  afterEach(async () => {
    await broker.stop();
    await bench.clear();
  });

  const start = async (): Promise<void> => {
    const clock: Clock = {
      now: () => bench.now,
      after(ms, callback) {
        expect(ms).toBe(1234);
        waiting.push(callback);
        scheduled.resolve();
        return () => (waiting = []);
      },
    };
    const metrics = brokerMetrics();
    broker = new ServiceBroker(
      brokerOptions({ nodeId: 'sweeper', natsUrl: null, logger: false, metrics, middlewares: [] }),
    );
    const { store, rules } = bench;
    const schema = savesSweeperService({ database: database(), store, clock, rules, intervalMs: 1234 });
    const service = broker.createService(schema);
    const log =
      (level: string) =>
      (entry: object): void =>
        void logged.push({ level, ...entry });
    Object.assign(service.logger, { error: log('error'), warn: log('warn') });
    await broker.start();
    await scheduled.promise;
  };
  const round = async (): Promise<void> => {
    scheduled = Promise.withResolvers<void>();
    waiting.splice(0).forEach((callback) => callback());
    await scheduled.promise;
  };
  const metric = (name: string): number =>
    Number(new RegExp(`^${name}\\{.*\\} (\\d+)`, 'm').exec(renderMetrics(broker))?.[1]);

  it('does a round at its start, after each interval, and at once when asked; none once it is stopped', async () => {
    await bench.announce();
    bench.now += bench.rules.uploadTtlSeconds * 1000;
    await start();
    expect(metric('library_saves_uploads_expired_total')).toBe(1);
    bench.store.plant('7d444840-9dc0-11d1-b245-5ffdce74fad2', contentOf(Buffer.from('stray')));
    await round();
    expect(metric('library_saves_orphans_total')).toBe(1);
    bench.now += DAY;
    await round();
    expect(bench.store.ids()).toEqual([]);
    expect(metric('library_saves_removed_total')).toBe(2);
    await bench.announce();
    bench.now += bench.rules.uploadTtlSeconds * 1000;
    expect(await broker.call<SweepReport, object>('saves-sweeper.sweep', {})).toMatchObject({ uploadsExpired: 1 });
    await broker.stop();
    expect(waiting).toEqual([]);
  });

  it('tells operators of lost files, by how many and not by whose', async () => {
    const { userId, objectId } = await bench.save('00000000-0000-7000-8000-a00000000001');
    bench.store.lose(objectId);
    await start();
    expect(metric('library_saves_missing_objects')).toBe(1);
    expect(logged).toEqual([{ level: 'error', msg: 'the store has lost files of cloud saves', files: 1 }]);
    expect(JSON.stringify(logged)).not.toContain(userId);
  });

  it('tells of a store that is away in one line a chore, and of garbage that waits', async () => {
    for (let n = 0; n < 3; n += 1) await bench.announce();
    bench.now += bench.rules.uploadTtlSeconds * 1000;
    await bench.sweep();
    bench.now += bench.rules.urlSeconds * 1000;
    bench.store.faults = AWAY;
    await start();
    expect(logged.map(({ level, chore, times }) => ({ level, chore, times }))).toEqual([
      { level: 'warn', chore: 'audit', times: 1 },
      { level: 'warn', chore: 'garbage', times: 1 },
    ]);
    expect(metric('library_saves_garbage_objects')).toBe(3);
    expect(metric('library_saves_sweep_failures_total')).toBe(2);
    bench.now += 600_000;
    bench.store.faults = () => null;
    await round();
    expect(metric('library_saves_garbage_objects')).toBe(0);
    expect(metric('library_saves_garbage_age_seconds')).toBe(0);
  });

  it('says loudly that the store is not the one that the rows are about, and touches nothing', async () => {
    const user = '00000000-0000-7000-8000-a00000000001';
    for (let n = 0; n < 20; n += 1) bench.store.lose((await bench.save(user)).objectId);
    await start();
    expect(logged).toEqual([
      {
        level: 'error',
        msg: 'the store of saves does not fit the database',
        error: '20 rows without an object of 20: is this the right store? None of them is touched',
      },
    ]);
    expect(metric('library_saves_missing_objects')).toBe(0);
  });
});
