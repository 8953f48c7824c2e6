import { beforeEach, expect, it } from '@jest/globals';
import type { Caller } from '../../../lib/contract/endpoint.ts';
import { correctSession } from '../../../lib/playtime/correct-session.ts';
import { sessionHistory } from '../../../lib/playtime/session-history.ts';
import { playtimeStats } from '../../../lib/playtime/stats.ts';
import { startSession } from '../../../lib/playtime/start-session.ts';
import { postgresPlaytimeSink } from '../../../lib/playtime/postgres-playtime-sink.ts';
import { mustUuidKey } from '../../../lib/uuid.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';
import { GAME, MINUTE, newPlayer, type Player } from '../../player.ts';
import { id, sessionRow } from '../../playtime-rows.ts';

const SUPPORT: Caller = { userId: id(999, 'user'), roles: ['support'] };

onEachDatabase('correcting a session', (database) => {
  let player: Player;
  let session: string;
  beforeEach(async () => {
    player = await newPlayer(database());
    session = await player.start();
    await player.play(session, 10);
  });

  const correct = (credited_seconds: number, caller: Caller = player.caller) =>
    correctSession({ ...player.context, caller }, session, { credited_seconds, reason: 'hung overnight' });

  it('lowers the credit everywhere, and tells the actor', async () => {
    await player.end(session);
    expect(await correct(240)).toEqual({
      session_id: session,
      user_id: player.userId,
      previous_credited_seconds: 600,
      credited_seconds: 240,
      game_total_seconds: 240,
      corrected_at: new Date(player.engine.now).toISOString(),
    });
    expect(await player.total()).toBe(4 * MINUTE);
    expect(player.engine.asked.slice(-2)).toEqual(['flush', 'rebase']);
    expect((await sessionHistory(player.context, { limit: 1 })).items).toMatchObject([
      { credited_seconds: 240, corrected: true },
    ]);
    expect(await playtimeStats(player.context, { days: 1, months: 1 })).toMatchObject({ total_seconds: 240 });
    const next = { game_id: GAME, device_id: id(1, 'device') };
    expect(await startSession({ ...player.context, heartbeatIntervalSeconds: 60 }, next)).toMatchObject({
      game_total_seconds: 240,
    });
  });

  it('stands when the same session is flushed again, under a higher revision too', async () => {
    await player.end(session);
    await correct(240);
    const stored = await database()
      .db.selectFrom('playtime_sessions')
      .selectAll()
      .where('user_id', '=', player.userId)
      .executeTakeFirstOrThrow();
    await postgresPlaytimeSink(database().executor).flush([
      sessionRow({
        userId: mustUuidKey(player.userId),
        sessionId: mustUuidKey(session),
        startedAt: TEST_NOW,
        rev: stored.rev + 10,
        msByDay: stored.ms_by_day,
      }),
    ]);
    expect(await player.total()).toBe(4 * MINUTE);
  });

  it('can be done again, back up by support, and leaves the sums exact each time', async () => {
    await player.end(session);
    for (const seconds of [300, 0, 600, 17]) {
      await correct(seconds, SUPPORT);
      expect(await player.total()).toBe(seconds * 1000);
    }
  });

  it('is not undone and not repeated when two are made at once', async () => {
    await player.end(session);
    await Promise.all([240, 120, 60].map((seconds) => correct(seconds, SUPPORT)));
    expect([240, 120, 60]).toContain((await player.total()) / 1000);
  });

  it('is refused to the owner upwards, and to everybody beyond the length of the session', async () => {
    await player.end(session);
    await correct(300);
    await expect(correct(301)).rejects.toMatchObject({ type: 'FORBIDDEN' });
    await expect(correct(601, SUPPORT)).rejects.toMatchObject({ type: 'VALIDATION_ERROR' });
    expect(await player.total()).toBe(300_000);
  });

  it('is refused while the session is live, and for one that the user does not have', async () => {
    await expect(correct(0)).rejects.toMatchObject({ type: 'INVALID_SESSION_OPERATION' });
    session = id(12345);
    await expect(correct(0)).rejects.toMatchObject({ type: 'NOT_FOUND' });
    await player.engine.flushAll();
    expect(await player.total()).toBe(10 * MINUTE);
  });

  it('is written down with who, what and why', async () => {
    await player.end(session);
    await correct(240, SUPPORT);
    const entries = await database()
      .db.selectFrom('library_audit_log')
      .selectAll()
      .where('user_id', '=', player.userId)
      .where('action', '=', 'playtime.corrected')
      .execute();
    expect(entries).toMatchObject([
      {
        actor_id: SUPPORT.userId,
        actor_roles: ['support'],
        game_id: GAME,
        details: { session_id: session, from_ms: 600_000, delta_ms: -360_000, reason: 'hung overnight' },
      },
    ]);
  });
});
