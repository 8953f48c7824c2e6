import { describe, expect, it } from '@jest/globals';
import { correctSession } from '../../../lib/playtime/correct-session.ts';
import { postgresPlaytimeSink } from '../../../lib/playtime/postgres-playtime-sink.ts';
import { onEachDatabase } from '../../databases.ts';
import { eventsOf } from '../../event-schemas.ts';
import { GAME, MINUTE, newPlayer, OTHER_GAME, type Player } from '../../player.ts';
import { sessionRow } from '../../playtime-rows.ts';
import { mustUuidKey } from '../../../lib/uuid.ts';
import { id } from '../../playtime-rows.ts';

const ABOUT_PLAYTIME = /^library\.playtime\./;

onEachDatabase('events of playtime', (database) => {
  const told = async ({ userId }: Pick<Player, 'userId'>) =>
    (await eventsOf(database().db, userId)).filter(({ type }) => ABOUT_PLAYTIME.test(type));
  const types = async (player: Pick<Player, 'userId'>) =>
    (await told(player)).map(({ type }) => type.replace(ABOUT_PLAYTIME, ''));

  describe('as sessions are flushed', () => {
    it('tell of a session when it is first written down, of what it adds, and of its end', async () => {
      const player = await newPlayer(database());
      const session = await player.start();
      await player.engine.flushAll();
      expect(await types(player)).toEqual(['session.started']);
      await player.play(session, 3);
      await player.engine.flushAll();
      await player.play(session, 2);
      await player.end(session);
      await player.engine.flushAll();
      expect(await types(player)).toEqual(['session.started', 'updated', 'updated', 'session.ended']);
      const [started, first, second, ended] = await told(player);
      expect(started?.data).toMatchObject({ session_id: session, game_id: GAME });
      expect(first?.data).toMatchObject({ added_ms: 3 * MINUTE, total_seconds: 180 });
      expect(second?.data).toMatchObject({ added_ms: 2 * MINUTE, total_seconds: 300 });
      expect(ended?.data).toMatchObject({ reason: 'ended', credited_seconds: 300, offline: false });
    });

    it('tell nothing when the same rows are flushed again, or older ones', async () => {
      const userId = mustUuidKey(id(77, 'user'));
      const sink = postgresPlaytimeSink(database().executor);
      const older = sessionRow({ userId, sessionId: mustUuidKey(id(770)), rev: 3, msByDay: [1_000] });
      const newer = { ...older, rev: 5, msByDay: [4_000] };
      for (const row of [older, newer, newer, older]) await sink.flush([row]);
      const events = await told({ userId: id(77, 'user') });
      expect(events.map(({ data }) => data['added_ms'])).toEqual([undefined, 1_000, 3_000]);
    });

    it('add up to the total, whatever was played where', async () => {
      const player = await newPlayer(database());
      for (const game of [GAME, OTHER_GAME, GAME]) {
        const session = await player.start(game);
        await player.play(session, 2);
        await player.end(session);
        await player.engine.flushAll();
      }
      await player.offline(['a', 600, 500], ['b', 400, 300]);
      const added = new Map<unknown, number>();
      for (const { data } of await told(player)) {
        added.set(data['game_id'], (added.get(data['game_id']) ?? 0) + Number(data['added_ms'] ?? 0));
      }
      expect(added.get(GAME)).toBe(await player.total(GAME));
      expect(added.get(OTHER_GAME)).toBe(await player.total(OTHER_GAME));
    });
  });

  it('tell of offline play as sessions that ended', async () => {
    const player = await newPlayer(database());
    await player.offline(['a', 60, 50]);
    expect(await types(player)).toEqual(['updated', 'session.ended']);
    expect((await told(player)).at(-1)?.data).toMatchObject({ offline: true, credited_seconds: 600 });
  });

  it('tell of a correction as a change of the total', async () => {
    const player = await newPlayer(database());
    const session = await player.start();
    await player.play(session, 5);
    await player.end(session);
    await player.engine.flushAll();
    const before = (await told(player)).length;
    await correctSession({ ...player.context, caller: player.caller }, session, {
      credited_seconds: 60,
      reason: 'left it running',
    });
    const [corrected, ...more] = (await told(player)).slice(before);
    expect(corrected?.data).toMatchObject({ added_ms: -4 * MINUTE, total_seconds: 60 });
    expect(more).toEqual([]);
  });
});
