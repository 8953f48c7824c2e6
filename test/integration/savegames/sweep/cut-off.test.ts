import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { onEachDatabase } from '../../../databases.ts';
import { contentOf, type Fault } from '../../../memory-save-store.ts';
import { steppedDatabase } from '../../../stepped-database.ts';
import { DAY, SweepBench } from './sweep-bench.ts';
import { sweepSaves } from '../../../../lib/savegames/sweep/sweep.ts';

onEachDatabase('a sweep that dies', (database) => {
  let bench: SweepBench;
  beforeEach(() => {
    bench = new SweepBench(database());
  });
  afterEach(() => bench.clear());

  /** Something for every chore. Returns what must be left at the end. */
  const workForAll = async (): Promise<{ userId: string; objectIds: readonly string[] }> => {
    const userId = randomUUID();
    const kept = await bench.save(userId);
    const lost = await bench.save(userId);
    bench.store.lose(lost.objectId);
    await bench.save(userId, { slot: 'deleted' });
    await bench.save(userId, { slot: 'deleted', side: true, keptUntil: bench.now + DAY });
    await bench.deleteSlot(userId, 'deleted');
    const { put, content, objectId } = await bench.announce(userId);
    bench.store.send(put, content);
    await bench.db
      .updateTable('savegame_uploads')
      .set({ parts_id: await bench.store.beginParts(objectId) })
      .execute();
    await bench.store.beginParts(randomUUID());
    bench.store.plant(randomUUID(), contentOf(Buffer.from('stray')));
    bench.now += 8 * DAY;
    return { userId, objectIds: [kept.objectId] };
  };

  /** Sweeps, dying at the n-th step of database and store alike: from there on nothing is done any more. */
  const dyingAt = async (n: number): Promise<boolean> => {
    let steps = 0;
    const step = (): Fault | null => {
      steps += 1;
      return steps < n ? null : 'not done';
    };
    bench.store.faults = step;
    const { db } = steppedDatabase(database(), step);
    await sweepSaves({ ...bench.context(), db });
    bench.store.faults = () => null;
    return steps >= n;
  };

  it('at any step leaves nothing that the next ones do not put right', async () => {
    for (let n = 1, died = true; died; n += 1) {
      const { userId, objectIds } = await workForAll();
      died = await dyingAt(n);
      await bench.account(userId);
      bench.failures.length = 0;
      // What is leased waits for its lease; what URLs may still bring back, for their end.
      for (let round = 0; round < 2; round += 1) {
        bench.now += bench.rules.urlSeconds * 1000;
        await bench.sweep();
      }
      expect({ n, failures: bench.failures, ids: bench.store.ids() }).toEqual({ n, failures: [], ids: objectIds });
      expect(await bench.account(userId)).toEqual({ stored: 100, reserved: 0 });
      expect(await bench.garbage()).toEqual([]);
      expect(bench.store.unfinished()).toBe(0);
      expect(n).toBeLessThan(200);
      await bench.clear();
      for (const objectId of objectIds) bench.store.lose(objectId);
    }
  }, 60_000);
});
