import { beforeEach, expect, it } from '@jest/globals';
import { RECENT_SESSION_MS } from '../../../lib/achievements/reporter.ts';
import { achievement, GAME_SERVER, newAchiever, type Achiever } from '../../achiever.ts';
import { onEachDatabase } from '../../databases.ts';
import { MINUTE } from '../../player.ts';

const DAY = 24 * 60 * MINUTE;

const DEFINITIONS = [
  achievement('first'),
  achievement('second'),
  achievement('chapters', { target: 25 }),
  achievement('ranked', { authority: 'server' }),
];

onEachDatabase('unlocking an achievement', (database) => {
  let user: Achiever;
  beforeEach(async () => {
    user = await newAchiever(database(), DEFINITIONS);
  });

  const now = () => new Date(user.player.engine.now).toISOString();
  const ago = (ms: number) => new Date(user.player.engine.now - ms).toISOString();
  const offline = (achievementId: string, ms: number) =>
    user.unlock(achievementId, { offline: true, unlocked_at: ago(ms) });

  it('gives it once, tells of it and writes it down', async () => {
    await user.player.start(user.gameId);
    const reply = { game_id: user.gameId, achievement_id: 'first', unlocked_at: now(), offline: false };
    expect(await user.unlock('first')).toEqual(reply);
    expect(await user.events()).toEqual([['library.achievement.unlocked', { user_id: user.userId, ...reply }]]);
    expect(await user.audited()).toEqual([
      {
        action: 'achievement.granted',
        actor_id: user.userId,
        actor_roles: ['user'],
        game_id: user.gameId,
        achievement_id: 'first',
        reason: null,
        details: {},
      },
    ]);
  });

  it('says since when the user has what is unlocked again', async () => {
    await user.player.start(user.gameId);
    const { unlocked_at } = await user.unlock('first');
    user.player.wait(1000);
    for (const again of [user.unlock('first'), user.served.unlock('first'), offline('first', DAY)]) {
      await expect(again).rejects.toMatchObject({ type: 'ACHIEVEMENT_ALREADY_UNLOCKED', data: { unlocked_at } });
    }
    expect(await user.events()).toHaveLength(1);
  });

  it('happens once when two devices and a service ask at once', async () => {
    await user.player.start(user.gameId);
    const asked = [1, 2, 3, 4].flatMap(() => [user.unlock('first'), user.served.unlock('first')]);
    const outcomes = await Promise.allSettled(asked);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as object] : []));
    for (const refusal of refusals) expect(refusal).toMatchObject({ type: 'ACHIEVEMENT_ALREADY_UNLOCKED' });
    expect(await user.events()).toHaveLength(1);
    expect(await user.audited()).toHaveLength(8);
  });

  it('is left to progress where there is a target, for players; a service may skip it', async () => {
    await user.player.start(user.gameId);
    await expect(user.unlock('chapters')).rejects.toMatchObject({
      type: 'ACHIEVEMENT_NEEDS_PROGRESS',
      data: { target: 25 },
    });
    await expect(offline('chapters', DAY)).rejects.toMatchObject({ type: 'ACHIEVEMENT_NEEDS_PROGRESS' });
    await user.progress('chapters', { value: 3 });
    await user.served.unlock('chapters');
    expect(await user.progress('chapters', { value: 9 })).toMatchObject({
      outcome: 'unchanged',
      progress: 25,
      newly_unlocked: false,
    });
    expect((await user.events()).map(([type]) => type)).toEqual([
      'library.achievement.progress',
      'library.achievement.unlocked',
    ]);
  });

  it('happens once when progress reaches the target while a service unlocks', async () => {
    await user.player.start(user.gameId);
    const outcomes = await Promise.allSettled([
      user.progress('chapters', { value: 25 }),
      user.served.unlock('chapters'),
      user.progress('chapters', { value: 25 }),
    ]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(2);
    expect((await user.events()).filter(([type]) => type.endsWith('unlocked'))).toHaveLength(1);
  });

  it('is for services only where the definition says so', async () => {
    await user.player.start(user.gameId);
    const refused = { type: 'ACHIEVEMENT_SERVER_AUTHORITATIVE', code: 403 };
    await expect(user.unlock('ranked')).rejects.toMatchObject(refused);
    await expect(offline('ranked', DAY)).rejects.toMatchObject(refused);
    expect(await user.served.unlock('ranked')).toMatchObject({ unlocked_at: now() });
  });

  it('needs a session, unless a service says so', async () => {
    const session = await user.player.start(user.gameId);
    await user.player.end(session);
    user.player.wait(RECENT_SESSION_MS + 1);
    await expect(user.unlock('first')).rejects.toMatchObject({ type: 'ACHIEVEMENT_NEEDS_SESSION' });
    user.player.wait(1);
    await user.served.unlock('first');
    expect(await user.audited()).toMatchObject([
      { action: 'achievement.refused', reason: 'ACHIEVEMENT_NEEDS_SESSION', actor_id: user.userId },
      { action: 'achievement.granted', actor_id: GAME_SERVER.userId },
    ]);
  });

  it('offline needs no session, keeps its time and stays marked', async () => {
    user.player.wait(20 * DAY);
    const unlocked_at = ago(14 * DAY);
    expect(await offline('first', 14 * DAY)).toMatchObject({ unlocked_at, offline: true });
    expect(await user.events()).toMatchObject([['library.achievement.unlocked', { unlocked_at, offline: true }]]);
    expect(await user.audited()).toMatchObject([{ details: { offline: true, unlocked_at } }]);
    const row = await database()
      .db.selectFrom('user_achievements')
      .selectAll()
      .where('user_id', '=', user.userId)
      .executeTakeFirstOrThrow();
    expect(row).toMatchObject({ offline: true, unlocked_at: new Date(unlocked_at), recorded_at: new Date(now()) });
  });

  it('offline cannot have happened too long ago, in the future, or before the user had the game', async () => {
    await expect(offline('first', 1)).rejects.toMatchObject({
      type: 'ACHIEVEMENT_TIME_REFUSED',
      data: { reason: 'before_acquired' },
    });
    user.player.wait(20 * DAY);
    await expect(offline('first', 14 * DAY + 1)).rejects.toMatchObject({ data: { reason: 'too_old' } });
    await expect(offline('first', -5 * MINUTE - 1)).rejects.toMatchObject({ data: { reason: 'in_the_future' } });
    expect(await offline('first', -5 * MINUTE)).toMatchObject({ unlocked_at: now() });
  });

  it('takes a time with offline, and only then', async () => {
    await user.player.start(user.gameId);
    await expect(user.unlock('first', { offline: true })).rejects.toMatchObject({ type: 'VALIDATION_ERROR' });
    await expect(user.unlock('first', { unlocked_at: now() })).rejects.toMatchObject({ type: 'VALIDATION_ERROR' });
  });

  it('takes a game id in either case', async () => {
    await user.player.start(user.gameId);
    expect(await user.unlock('first', { game_id: user.gameId.toUpperCase() })).toMatchObject({ game_id: user.gameId });
  });
});
