import { beforeEach, expect, it } from '@jest/globals';
import { settledBeat } from '../../../lib/playtime/settled-beat.ts';
import { onEachDatabase } from '../../databases.ts';
import { newPlayer, type Player } from '../../player.ts';
import { id } from '../../playtime-rows.ts';

onEachDatabase('a beat for a session that the engine has forgotten', (database) => {
  let player: Player;
  let session: string;
  beforeEach(async () => {
    player = await newPlayer(database());
    session = await player.start();
    await player.play(session, 4);
  });

  const beat = (operation: 'heartbeat' | 'end', seq: number, session_id = session) =>
    settledBeat(database().db, { user_id: player.userId, session_id, operation, seq }, 60);
  const forget = async () => {
    await player.end(session); // the fifth message
    await player.engine.flushAll();
    player.engine.tick();
  };

  it('gets the stored reply when it repeats the end', async () => {
    await forget();
    expect(await beat('end', 5)).toEqual({
      session_id: session,
      status: 'ended',
      outcome: 'accepted',
      seq: 5,
      credited_seconds: 240,
      game_total_seconds: 240,
      ended_at: new Date(player.engine.now).toISOString(),
      end_reason: 'ended',
    });
  });

  it('is ignored when it is an old one', async () => {
    await forget();
    expect(await beat('heartbeat', 3)).toMatchObject({ outcome: 'ignored', seq: 5, next_heartbeat_seconds: 60 });
  });

  it('is refused when it is a new one, and told when and why the session ended', async () => {
    await forget();
    for (const operation of ['heartbeat', 'end'] as const) {
      await expect(beat(operation, 6)).rejects.toMatchObject({
        type: 'INVALID_SESSION_OPERATION',
        data: { end_reason: 'ended', ended_at: new Date(player.engine.now).toISOString() },
      });
    }
  });

  it('is refused when the session never ended: nobody holds it any more', async () => {
    await player.engine.flushAll();
    await expect(beat('heartbeat', 5)).rejects.toMatchObject({ type: 'INVALID_SESSION_OPERATION' });
  });

  it('is not found for an unknown session, for that of another user, and for one played offline', async () => {
    await forget();
    await expect(beat('end', 5, id(4711))).rejects.toMatchObject({ type: 'NOT_FOUND' });
    await player.offline(['a', 90, 60]);
    const offline = await database()
      .db.selectFrom('playtime_sessions')
      .select('session_id')
      .where('user_id', '=', player.userId)
      .where('offline', '=', true)
      .executeTakeFirstOrThrow();
    await expect(beat('end', 1, offline.session_id)).rejects.toMatchObject({ type: 'NOT_FOUND' });
    player = await newPlayer(database());
    await expect(beat('end', 5)).rejects.toMatchObject({ type: 'NOT_FOUND' });
  });
});
