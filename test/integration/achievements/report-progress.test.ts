import { beforeEach, expect, it } from '@jest/globals';
import { RECENT_SESSION_MS } from '../../../lib/achievements/reporter.ts';
import { revokeGame } from '../../../lib/library/access.ts';
import { putGame } from '../../../lib/library/catalog.ts';
import { achievement, GAME_SERVER, newAchiever, type Achiever } from '../../achiever.ts';
import { onEachDatabase } from '../../databases.ts';
import { MINUTE } from '../../player.ts';

const DEFINITIONS = [
  achievement('chapters', { target: 25 }),
  achievement('steps', { target: 100, progress: 'increment' }),
  achievement('bounded', { target: 100, progress: 'increment', max_change_per_minute: 10 }),
  achievement('ranked', { target: 10, authority: 'server' }),
];

onEachDatabase('reporting progress', (database) => {
  let user: Achiever;
  let session: string;
  beforeEach(async () => {
    user = await newAchiever(database(), DEFINITIONS);
    session = await user.player.start(user.gameId);
  });

  const stored = async (achievementId: string) =>
    (
      await database()
        .db.selectFrom('user_achievement_progress')
        .select('value')
        .where('user_id', '=', user.userId)
        .where('achievement_id', '=', achievementId)
        .executeTakeFirst()
    )?.value;

  it('takes the highest value for what it is, and says when one changes nothing', async () => {
    expect(await user.progress('chapters', { value: 7 })).toEqual({
      game_id: user.gameId,
      achievement_id: 'chapters',
      outcome: 'risen',
      progress: 7,
      target: 25,
      newly_unlocked: false,
      unlocked_at: null,
    });
    for (const value of [7, 3, 0]) {
      expect(await user.progress('chapters', { value })).toMatchObject({ outcome: 'unchanged', progress: 7 });
    }
    expect(await user.events()).toEqual([
      [
        'library.achievement.progress',
        { user_id: user.userId, game_id: user.gameId, achievement_id: 'chapters', value: 7, target: 25 },
      ],
    ]);
    expect(await user.audited()).toEqual([]);
  });

  it('unlocks at the target, once, and takes no more than the target', async () => {
    const at = new Date(user.player.engine.now).toISOString();
    const there = { progress: 25, unlocked_at: at };
    expect(await user.progress('chapters', { value: 40 })).toMatchObject({ ...there, newly_unlocked: true });
    user.player.wait(1000);
    expect(await user.progress('chapters', { value: 41 })).toMatchObject({
      ...there,
      newly_unlocked: false,
      outcome: 'unchanged',
    });
    expect((await user.events()).map(([type]) => type)).toEqual([
      'library.achievement.progress',
      'library.achievement.unlocked',
    ]);
    expect(await user.audited()).toMatchObject([
      { action: 'achievement.granted', actor_id: user.userId, achievement_id: 'chapters', details: { value: 40 } },
    ]);
  });

  it('takes steps or values, as the definition says, and not the other', async () => {
    await expect(user.progress('steps', { value: 3 })).rejects.toMatchObject({
      type: 'VALIDATION_ERROR',
      data: { errors: [{ field: 'value', message: 'this achievement takes increment' }] },
    });
    await expect(user.progress('chapters', { increment: 3 })).rejects.toMatchObject({ type: 'VALIDATION_ERROR' });
    expect(await stored('steps')).toBeUndefined();
  });

  it('refuses what rises too fast, whole, and takes it when it fits', async () => {
    await expect(user.progress('bounded', { increment: 11 })).rejects.toMatchObject({
      type: 'ACHIEVEMENT_CHANGE_TOO_LARGE',
      data: { rise: 11, max_change_per_minute: 10 },
    });
    user.player.wait(1);
    await user.progress('bounded', { increment: 8 });
    const refused = await user.progress('bounded', { increment: 4 }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ type: 'ACHIEVEMENT_PROGRESS_TOO_FAST', code: 429 });
    expect(await stored('bounded')).toBe(8);
    await user.player.play(session, 1);
    user.player.wait((refused as { data: { retryAfterMs: number } }).data.retryAfterMs - MINUTE);
    expect(await user.progress('bounded', { increment: 4 })).toMatchObject({ progress: 12 });
    expect((await user.audited()).map(({ reason, details }) => [reason, details])).toEqual([
      ['ACHIEVEMENT_CHANGE_TOO_LARGE', { increment: 11 }],
      ['ACHIEVEMENT_PROGRESS_TOO_FAST', { increment: 4 }],
    ]);
  });

  it('leaves server-authoritative achievements to services, who need no session', async () => {
    await expect(user.progress('ranked', { value: 3 })).rejects.toMatchObject({
      type: 'ACHIEVEMENT_SERVER_AUTHORITATIVE',
      code: 403,
    });
    await user.player.end(session);
    user.player.wait(RECENT_SESSION_MS + 1);
    expect(await user.served.progress('ranked', { value: 10 })).toMatchObject({ newly_unlocked: true });
    expect(await user.audited()).toMatchObject([
      { action: 'achievement.refused', reason: 'ACHIEVEMENT_SERVER_AUTHORITATIVE', actor_id: user.userId },
      { action: 'achievement.granted', reason: null, actor_id: GAME_SERVER.userId, actor_roles: ['service'] },
    ]);
  });

  it('needs a session of this very game, live or of the last minutes, whether the actor or the history has it', async () => {
    const refused = { type: 'ACHIEVEMENT_NEEDS_SESSION', code: 409 };
    await user.player.play(session, 2);
    await user.player.end(session);
    await user.progress('steps', { increment: 1 });
    await user.player.engine.flushAll();
    user.player.wait(2 * MINUTE);
    user.player.engine.tick();
    expect(await user.player.context.actor.held()).toEqual([]);
    await user.progress('steps', { increment: 1 });
    user.player.wait(RECENT_SESSION_MS - 2 * MINUTE);
    await user.progress('steps', { increment: 1 });
    user.player.wait(1);
    await expect(user.progress('steps', { increment: 1 })).rejects.toMatchObject(refused);
    await user.player.start();
    await expect(user.progress('steps', { increment: 1 })).rejects.toMatchObject(refused);
    expect(await stored('steps')).toBe(3);
  });

  it('needs the game in the library, and an achievement that the game has', async () => {
    await expect(user.progress('unknown', { value: 1 })).rejects.toMatchObject({ type: 'NOT_FOUND' });
    user.player.wait(1);
    await revokeGame({ ...user.player.context, caller: GAME_SERVER }, user.player.context.actorOf, user.gameId);
    await expect(user.served.progress('chapters', { value: 1 })).rejects.toMatchObject({
      type: 'GAME_NOT_IN_LIBRARY',
    });
    expect((await user.audited()).map(({ reason }) => reason)).toEqual(['NOT_FOUND', 'GAME_NOT_IN_LIBRARY']);
  });

  it('counts the steps of many devices exactly, and unlocks once', async () => {
    const replies = await Promise.all(Array.from({ length: 60 }, () => user.progress('steps', { increment: 2 })));
    expect(await stored('steps')).toBe(100);
    expect(replies.filter(({ newly_unlocked }) => newly_unlocked)).toHaveLength(1);
    const events = await user.events();
    const values = events.filter(([type]) => type.endsWith('progress')).map(([, { value }]) => value);
    expect(values).toEqual(Array.from({ length: 50 }, (_, n) => 2 * (n + 1)));
    expect(events.filter(([type]) => type.endsWith('unlocked'))).toHaveLength(1);
    expect(await user.audited()).toHaveLength(1);
  });

  it('holds the bound also when many devices report at once', async () => {
    const reports = Array.from({ length: 20 }, () => user.progress('bounded', { increment: 1 }));
    const outcomes = await Promise.allSettled(reports);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    expect(await stored('bounded')).toBe(10);
  });

  it('unlocks by a lower report when the catalogue lowered the target, and keeps what it raised', async () => {
    await user.progress('chapters', { value: 20 });
    const targetOf = (target: number) =>
      putGame(
        database().db,
        user.gameId,
        { title: 'Changed', achievements: [achievement('chapters', { target })] },
        user.player.engine.now,
      );
    await targetOf(15);
    expect(await user.progress('chapters', { value: 1 })).toMatchObject({
      outcome: 'unchanged',
      newly_unlocked: true,
      progress: 15,
    });
    await targetOf(50);
    expect(await user.progress('chapters', { value: 30 })).toMatchObject({
      outcome: 'unchanged',
      newly_unlocked: false,
    });
  });
});
