import { afterEach, expect, it } from '@jest/globals';
import { ServiceBroker } from 'moleculer';
import type { Clock } from '../../../lib/ports/clock.ts';
import { maintenanceService } from '../../../services/maintenance.service.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';

onEachDatabase('the maintenance service', (database) => {
  let broker: ServiceBroker;
  afterEach(() => broker.stop());

  it('does the chores at its start, again after each interval, and no more once it is stopped', async () => {
    let waiting: { ms: number; callback: () => void }[] = [];
    const clock: Clock = {
      now: () => TEST_NOW,
      after(ms, callback) {
        const timer = { ms, callback };
        waiting.push(timer);
        scheduled.resolve();
        return () => (waiting = waiting.filter((other) => other !== timer));
      },
    };
    let scheduled = Promise.withResolvers<void>();
    broker = new ServiceBroker({ logger: false });
    broker.createService(maintenanceService({ database: database(), clock, intervalMs: 1234 }));
    await broker.start();
    for (let run = 1; run <= 3; run += 1) {
      await scheduled.promise;
      expect(waiting.map(({ ms }) => ms)).toEqual([1234]);
      scheduled = Promise.withResolvers<void>();
      waiting.splice(0).forEach(({ callback }) => callback());
    }
    await scheduled.promise;
    await broker.stop();
    expect(waiting).toEqual([]);
  });
});
