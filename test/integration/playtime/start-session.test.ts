import { beforeEach, expect, it } from '@jest/globals';
import { revokeGame } from '../../../lib/library/access.ts';
import { startSession } from '../../../lib/playtime/start-session.ts';
import { onEachDatabase } from '../../databases.ts';
import { GAME, MINUTE, newPlayer, type Player } from '../../player.ts';
import { id } from '../../playtime-rows.ts';

onEachDatabase('starting a session', (database) => {
  let player: Player;
  beforeEach(async () => {
    player = await newPlayer(database());
  });

  const body = { game_id: GAME, device_id: id(1, 'device') };
  const start = (more: object = {}) =>
    startSession({ ...player.context, heartbeatIntervalSeconds: 60 }, { ...body, ...more });

  it('answers with all that a launcher needs to go on', async () => {
    expect(await start()).toEqual({
      session_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      status: 'live',
      resumed: false,
      superseded_session_id: null,
      seq: 0,
      heartbeat_interval_seconds: 60,
      credited_seconds: 0,
      game_total_seconds: 0,
      started_at: new Date(player.engine.now).toISOString(),
      ends_at: null,
    });
  });

  it('refuses a game that the user does not have, has no more, or that does not exist', async () => {
    const refused = { type: 'GAME_NOT_IN_LIBRARY' };
    await expect(start({ game_id: id(77, 'game') })).rejects.toMatchObject(refused);
    await revokeGame({ ...player.context, caller: player.caller }, player.context.actorOf, GAME);
    await expect(start()).rejects.toMatchObject(refused);
    expect(player.engine.asked.filter((kind) => kind === 'start')).toEqual([]);
  });

  it('leaves no live session when access is revoked while it starts', async () => {
    const { context } = player;
    const actor: typeof context.actor = {
      ...context.actor,
      async start(command) {
        // The revocation goes through entirely between the look at the library and the actor's turn.
        await revokeGame({ ...context, caller: player.caller }, context.actorOf, GAME);
        return context.actor.start(command);
      },
    };
    await expect(startSession({ ...context, actor, heartbeatIntervalSeconds: 60 }, body)).rejects.toMatchObject({
      type: 'GAME_NOT_IN_LIBRARY',
    });
    expect((await context.actor.held()).filter((session) => session.ended === null)).toEqual([]);
  });

  it('knows the total of the game, whatever part of the sessions before has been flushed', async () => {
    for (let round = 1; round <= 3; round += 1) {
      const session = await player.start();
      await player.play(session, 10);
      if (round === 2) await player.engine.flushAll();
      await player.end(session);
      if (round === 3) player.engine.tick();
      expect((await start()).game_total_seconds).toBe(round * 600);
      player.wait(6 * MINUTE); // the session just started times out, having earned nothing
      player.engine.tick();
    }
  });

  it('resumes on the same device, and takes over from another', async () => {
    const first = await start();
    expect(await start()).toMatchObject({ session_id: first.session_id, resumed: true });
    expect(await start({ device_id: id(2, 'device') })).toMatchObject({
      resumed: false,
      superseded_session_id: first.session_id,
    });
  });
});
