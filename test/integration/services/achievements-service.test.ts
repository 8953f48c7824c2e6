import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ServiceBroker } from 'moleculer';
import { memoryPageCache } from '../../../lib/cache/memory-page-cache.ts';
import { createUserPages } from '../../../lib/cache/user-pages.ts';
import type { AchievementPage } from '../../../lib/contract/achievements.ts';
import type { Caller, PreparedReply } from '../../../lib/contract/endpoint.ts';
import { achievementsService } from '../../../services/achievements.service.ts';
import { achievement, GAME_SERVER, newAchiever, type Achiever } from '../../achiever.ts';
import { onEachDatabase } from '../../databases.ts';

onEachDatabase('the achievements service', (database) => {
  let broker: ServiceBroker;
  let user: Achiever;
  let looks: boolean[];
  beforeEach(async () => {
    user = await newAchiever(database(), [
      achievement('chapters', { target: 3 }),
      achievement('ranked', { authority: 'server' }),
      achievement('secret', { hidden: true }),
    ]);
    const clock = { now: () => user.player.engine.now, after: () => () => undefined };
    looks = [];
    const pages = createUserPages({
      executor: database().executor,
      cache: memoryPageCache({ maxBytes: 1_000_000 }),
      clock,
      looked: (found) => looks.push(found),
    });
    broker = new ServiceBroker({ logger: false });
    const { db } = database();
    broker.createService(achievementsService({ database: { db }, engine: user.player.engine, clock, pages }));
    await broker.start();
  });
  afterEach(() => broker.stop());

  const call = (action: string, parts: object, caller: Caller = user.player.caller): Promise<object> =>
    broker.call(`achievements.${action}`, {
      caller,
      userId: user.userId,
      params: {},
      query: {},
      ifMatch: null,
      deadline: Infinity,
      ...parts,
    });
  const report = (achievement_id: string, more: object = {}) => ({
    body: { game_id: user.gameId, achievement_id, ...more },
  });
  const list = async (action = 'list') => {
    const query = { game_id: user.gameId, limit: 50 };
    const reply = (await call(action, { query })) as PreparedReply;
    return { etag: reply.etag, items: (JSON.parse(reply.json) as AchievementPage).items };
  };

  it('keeps the page until something of the user changes, and then shows it', async () => {
    await user.player.start(user.gameId);
    const before = await list();
    expect(await list()).toEqual(before);
    expect(looks).toEqual([false, true]);
    await call('progress', report('chapters', { value: 2 }));
    const after = await list();
    expect(after.items[0]).toMatchObject({ progress: 2 });
    expect(after.etag).not.toBe(before.etag);
    await call('progress', report('chapters', { value: 1 }));
    await list();
    expect(looks).toEqual([false, true, false, true]);
  });

  it('asks the actor of a player, and nobody of a service', async () => {
    await expect(call('progress', report('chapters', { value: 1 }))).rejects.toMatchObject({
      type: 'ACHIEVEMENT_NEEDS_SESSION',
    });
    const session = await user.player.start(user.gameId);
    expect(await call('progress', report('chapters', { value: 1 }))).toMatchObject({ progress: 1 });
    await user.player.end(session);
    const asked = user.player.engine.asked.length;
    await expect(call('unlock', report('ranked'))).rejects.toMatchObject({ type: 'ACHIEVEMENT_SERVER_AUTHORITATIVE' });
    await call('unlockByService', report('ranked'), GAME_SERVER);
    await call('progressByService', report('chapters', { value: 3 }), GAME_SERVER);
    expect(user.player.engine.asked).toHaveLength(asked);
    expect((await list()).items).toMatchObject([{ unlocked: true }, { unlocked: true }, { unlocked: false }]);
  });

  it('unmasks for support, and keeps the two pages apart', async () => {
    expect((await list()).items[2]).toMatchObject({ masked: true, title: 'Hidden achievement' });
    expect((await list('listUnmasked')).items[2]).toMatchObject({ masked: false, title: 'Title of secret' });
    expect((await list()).items[2]).toMatchObject({ masked: true });
  });

  it('passes refusals on with what a client needs to know', async () => {
    await user.player.start(user.gameId);
    const { unlocked_at } = (await call('unlock', report('secret'))) as { unlocked_at: string };
    await expect(call('unlock', report('secret'))).rejects.toMatchObject({
      type: 'ACHIEVEMENT_ALREADY_UNLOCKED',
      code: 409,
      data: { unlocked_at },
    });
  });
});
