import { beforeEach, expect, it } from '@jest/globals';
import type { StatsQuery } from '../../../lib/contract/playtime.ts';
import { playtimeStats } from '../../../lib/playtime/stats.ts';
import { onEachDatabase } from '../../databases.ts';
import { GAME, MINUTE, newPlayer, OTHER_GAME, type Player } from '../../player.ts';

const DAY = 24 * 60 * MINUTE;

onEachDatabase('playtime statistics', (database) => {
  let player: Player;
  beforeEach(async () => {
    player = await newPlayer(database());
  });

  const stats = (query: Partial<StatsQuery> = {}) => playtimeStats(player.context, { days: 3, months: 2, ...query });

  it('of somebody who never played are zeros, each day and month of them', async () => {
    expect(await stats()).toEqual({
      total_seconds: 0,
      recent_seconds: 0,
      last_played_at: null,
      games: [],
      daily: ['2026-03-13', '2026-03-14', '2026-03-15'].map((date) => ({ date, seconds: 0 })),
      monthly: ['2026-02', '2026-03'].map((month) => ({ month, seconds: 0 })),
    });
  });

  it('include every acknowledged heartbeat, before and after the flush and while it runs', async () => {
    const session = await player.start();
    for (let minutes = 1; minutes <= 8; minutes += 1) {
      await player.play(session, 1);
      if (minutes % 3 === 0) await player.engine.flushAll();
      if (minutes === 7) await player.end(session);
      if (minutes === 8) player.engine.tick();
      const seconds = Math.min(minutes, 7) * 60;
      const { daily, monthly, games, ...rest } = await stats();
      expect(rest).toMatchObject({ total_seconds: seconds, recent_seconds: seconds });
      expect(daily.at(-1)).toEqual({ date: '2026-03-15', seconds });
      expect(monthly.at(-1)).toEqual({ month: '2026-03', seconds });
      expect(games).toMatchObject([
        { game_id: GAME, total_seconds: seconds, recent_seconds: seconds, live: minutes < 7 },
      ]);
    }
  });

  it('count once what is flushed between the look at the actor and the look at the database', async () => {
    const session = await player.start();
    await player.play(session, 5);
    const { context } = player;
    const held = async () => {
      const sessions = await context.actor.held();
      await player.play(session, 2);
      await player.engine.flushAll();
      return sessions;
    };
    const answer = await playtimeStats({ ...context, actor: { ...context.actor, held } }, { days: 3, months: 1 });
    expect(answer.total_seconds).toBe(7 * 60);
    expect(answer.daily.at(-1)?.seconds).toBe(7 * 60);
  });

  it('give the days and months of a session over midnight their part, live or not', async () => {
    player.wait(16 * DAY + 11 * 60 * MINUTE + 58 * MINUTE); // 31 March, 23:58
    const session = await player.start();
    await player.play(session, 5);
    const expected = {
      daily: [
        { date: '2026-03-31', seconds: 120 },
        { date: '2026-04-01', seconds: 180 },
      ],
      monthly: [
        { month: '2026-03', seconds: 120 },
        { month: '2026-04', seconds: 180 },
      ],
    };
    expect(await stats({ days: 2 })).toMatchObject(expected);
    await player.engine.flushAll();
    expect(await stats({ days: 2 })).toMatchObject(expected);
  });

  it('put the most played game first, and tell each by itself', async () => {
    await player.offline(['a', 60, 50], ['b', 40, 10, { game_id: OTHER_GAME }]);
    const all = await stats();
    expect(all.games.map(({ game_id, total_seconds }) => [game_id, total_seconds])).toEqual([
      [OTHER_GAME, 1800],
      [GAME, 600],
    ]);
    expect(all.total_seconds).toBe(2400);
    const one = await stats({ game_id: GAME.toUpperCase() });
    expect(one).toMatchObject({ total_seconds: 600, games: [{ game_id: GAME }] });
    expect(one.daily.at(-1)?.seconds).toBe(600);
  });

  it('count as recent what was played in the last 14 days, today included', async () => {
    await player.offline(['a', 14 * 24 * 60, 14 * 24 * 60 - 10], ['b', 13 * 24 * 60, 13 * 24 * 60 - 10]);
    expect(await stats({ days: 1 })).toMatchObject({
      total_seconds: 1200,
      recent_seconds: 600,
      games: [{ total_seconds: 1200, recent_seconds: 600 }],
      daily: [{ seconds: 0 }],
    });
  });
});
