import { beforeEach, expect, it } from '@jest/globals';
import type { PlaySession } from '../../../lib/contract/playtime.ts';
import { liveSessions, sessionHistory } from '../../../lib/playtime/session-history.ts';
import { onEachDatabase } from '../../databases.ts';
import { GAME, MINUTE, newPlayer, OTHER_GAME, type Player } from '../../player.ts';
import { id } from '../../playtime-rows.ts';

onEachDatabase('the history of sessions', (database) => {
  let player: Player;
  beforeEach(async () => {
    player = await newPlayer(database());
  });

  const history = (query: object = {}) => sessionHistory(player.context, { limit: 50, ...query });

  async function allPages(limit: number): Promise<PlaySession[]> {
    const items: PlaySession[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = await history({ limit, ...(cursor === '' ? {} : { cursor }) });
      items.push(...page.items);
      cursor = page.next_cursor;
      expect(page.items.length).toBeLessThanOrEqual(limit);
    }
    return items;
  }

  it('shows a session the same before the flush, after it and when the actor has forgotten it', async () => {
    const session = await player.start();
    await player.play(session, 3);
    await player.end(session);
    const shown = (await history()).items;
    expect(shown).toMatchObject([
      {
        session_id: session,
        game_id: GAME,
        device_id: id(1, 'device'),
        client_session_id: null,
        source: 'online',
        status: 'ended',
        end_reason: 'ended',
        credited_seconds: 180,
        corrected: false,
      },
    ]);
    await player.engine.flushAll();
    expect((await history()).items).toEqual(shown);
    player.engine.tick();
    expect((await history()).items).toEqual(shown);
  });

  it('has what the actor has, where PostgreSQL is behind', async () => {
    const session = await player.start();
    await player.play(session, 1);
    await player.engine.flushAll();
    await player.play(session, 4);
    expect((await history()).items).toMatchObject([{ credited_seconds: 300, status: 'live', ended_at: null }]);
    expect((await liveSessions(player.context)).items).toEqual((await history()).items);
    await player.end(session);
    expect((await liveSessions(player.context)).items).toEqual([]);
  });

  it('comes in pages, latest first, each session once, wherever it is held', async () => {
    await player.offline(...Array.from({ length: 7 }, (_, n) => [`o${n}`, 100 - n * 10, 95 - n * 10] as const));
    for (let n = 0; n < 4; n += 1) {
      const session = await player.start(n % 2 === 0 ? GAME : OTHER_GAME);
      await player.play(session, 1);
      if (n < 3) await player.end(session);
      if (n === 1) await player.engine.flushAll();
    }
    const everything = (await history()).items;
    expect(everything).toHaveLength(11);
    const starts = everything.map(({ started_at }) => started_at);
    expect(starts).toEqual(starts.toSorted().toReversed());
    for (const limit of [1, 2, 3, 10, 11]) expect(await allPages(limit)).toEqual(everything);
  });

  it('goes on where it was when sessions begin between two pages', async () => {
    await player.offline(['a', 30, 29], ['b', 20, 19], ['c', 10, 9]);
    const first = await history({ limit: 2 });
    player.wait(MINUTE);
    await player.start();
    const second = await history({ limit: 2, cursor: first.next_cursor });
    expect([...first.items, ...second.items].map((item) => item.client_session_id)).toEqual(['c', 'b', 'a']);
  });

  it('can be of one game', async () => {
    await player.offline(['a', 30, 29], ['b', 20, 19, { game_id: OTHER_GAME }]);
    await player.start(OTHER_GAME);
    const { items } = await history({ game_id: OTHER_GAME });
    expect(items.map((item) => item.client_session_id)).toEqual([null, 'b']);
  });

  it('refuses a cursor that it did not make', async () => {
    for (const cursor of [
      'abc',
      'W10',
      Buffer.from('["x","y"]').toString('base64url'),
      Buffer.from('[1e99,"y"]').toString('base64url'),
    ]) {
      await expect(history({ cursor })).rejects.toMatchObject({ type: 'VALIDATION_ERROR' });
    }
  });
});
