import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { forgetSaves } from '../../../../lib/savegames/forget-saves.ts';
import { expireUploads } from '../../../../lib/savegames/sweep/expire-uploads.ts';
import { onEachDatabase } from '../../../databases.ts';
import { steppedDatabase } from '../../../stepped-database.ts';
import { DAY, SweepBench } from './sweep-bench.ts';

onEachDatabase('the saves of a user who is erased', (database) => {
  let bench: SweepBench;
  beforeEach(() => {
    bench = new SweepBench(database());
  });
  afterEach(() => bench.clear());

  const erase = (userId: string): Promise<void> =>
    bench.db.transaction().execute((transaction) => forgetSaves(transaction, userId, bench.rules, bench.now));

  it('are not brought back by a URL that was signed before: they go once more when none holds any longer', async () => {
    const userId = randomUUID();
    const { objectId, content } = await bench.save(userId);
    const put = await bench.store.signPut(
      { objectId, ...content },
      { forMs: bench.rules.urlSeconds * 1000, origin: 'http://localhost' },
    );
    await erase(userId);
    await bench.sweep({ strayMs: DAY });
    bench.store.send(put, content);
    bench.now += bench.rules.urlSeconds * 1000;
    // Not by the audit, which would find them a day later and leave what a bucket keeps of them.
    await bench.sweep({ strayMs: DAY });
    expect(bench.store.ids()).toEqual([]);
    expect(await bench.garbage()).toEqual([]);
  });

  it('go at once when no URL can bring them back any more', async () => {
    const userId = randomUUID();
    await bench.save(userId);
    bench.now += bench.rules.urlSeconds * 1000;
    await erase(userId);
    await bench.sweep();
    expect(bench.store.ids()).toEqual([]);
  });

  it('leave no account behind when a sweep found them just before', async () => {
    const { userId } = await bench.announce();
    bench.now += bench.rules.uploadTtlSeconds * 1000;
    let connects = 0;
    const { db } = steppedDatabase(database(), async (step) => {
      if (step === 'connect' && (connects += 1) === 2) await erase(userId);
      return null;
    });
    expect(await expireUploads({ ...bench.context(), db })).toBe(0);
    expect(connects).toBe(2);
    expect(await bench.db.selectFrom('savegame_accounts').selectAll().execute()).toEqual([]);
    expect(bench.failures).toEqual([]);
  });
});
