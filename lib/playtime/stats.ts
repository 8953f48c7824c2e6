import { sql, type Kysely, type Transaction } from 'kysely';
import type { HeldSession } from '../../actors/messages.ts';
import { dayNumber, dayOf, dayText, monthOf, monthsUpTo, wholeSeconds } from './days.ts';
import { unflushed, type Unflushed } from './unflushed.ts';
import type { UserActor } from './user-actor.ts';
import type { PlaytimeStats, StatsQuery } from '../contract/playtime.ts';
import type { Schema } from '../db/schema.ts';

/** "Recent" everywhere: the last 14 UTC days, today included. */
export const RECENT_DAYS = 14;

export interface StatsContext {
  readonly db: Kysely<Schema>;
  readonly actor: UserActor;
  readonly userId: string;
  /** Ms since the Unix epoch. */
  readonly now: number;
}

/**
 * A user's playtime: what PostgreSQL holds, and on top what acknowledged heartbeats added since the last flush.
 *
 * @throws LibraryError UNAVAILABLE
 */
export async function playtimeStats(context: StatsContext, query: StatsQuery): Promise<PlaytimeStats> {
  const { db, actor, userId, now } = context;
  const gameId = query.game_id?.toLowerCase() ?? null;
  const held = await actor.held();
  const sums = await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute((snapshot) => readSums(snapshot, { userId, gameId, held, today: dayOf(now), query }));
  return report(sums, dayOf(now), query);
}

interface Sums {
  readonly games: Map<string, { ms: number; recentMs: number; lastPlayedAt: number; live: boolean }>;
  readonly daily: Map<number, number>;
  readonly monthly: Map<string, number>;
}

interface Question {
  readonly userId: string;
  readonly gameId: string | null;
  readonly held: readonly HeldSession[];
  readonly today: number;
  readonly query: StatsQuery;
}

async function readSums(snapshot: Transaction<Schema>, question: Question): Promise<Sums> {
  const { userId, gameId, held, today, query } = question;
  const sums: Sums = { games: new Map(), daily: new Map(), monthly: new Map() };
  const ofGame = gameId === null ? sql<boolean>`true` : sql<boolean>`game_id = ${gameId}`;

  const totals = await snapshot
    .selectFrom('playtime_totals')
    .select(['game_id', 'ms', 'last_played_at'])
    .where('user_id', '=', userId)
    .where(ofGame)
    .execute();
  for (const { game_id, ms, last_played_at } of totals) {
    sums.games.set(game_id, { ms, recentMs: 0, lastPlayedAt: last_played_at.getTime(), live: false });
  }
  const daily = await snapshot
    .selectFrom('playtime_stats_daily')
    .select(['game_id', 'day', 'ms'])
    .where('user_id', '=', userId)
    .where('day', '>', dayText(today - Math.max(query.days, RECENT_DAYS)))
    .where(ofGame)
    .execute();
  for (const { game_id, day, ms } of daily) addDay(sums, game_id, dayNumber(day), ms, today);

  const [firstMonth] = monthsUpTo(today, query.months);
  const monthly = await snapshot
    .selectFrom('playtime_stats_monthly')
    .select((expression) => ['month', expression.fn.sum<string>('ms').as('ms')])
    .where('user_id', '=', userId)
    .where('month', '>=', `${firstMonth}-01`)
    .where(ofGame)
    .groupBy('month')
    .execute();
  for (const { month, ms } of monthly) sums.monthly.set(month.slice(0, 7), Number(ms));

  for (const session of await unflushed(snapshot, userId, held)) {
    if (gameId === null || session.gameId === gameId) addUnflushed(sums, session, today);
  }
  return sums;
}

function addDay(sums: Sums, gameId: string, day: number, ms: number, today: number): void {
  sums.daily.set(day, (sums.daily.get(day) ?? 0) + ms);
  const game = sums.games.get(gameId);
  if (game !== undefined && day > today - RECENT_DAYS) game.recentMs += ms;
}

function addUnflushed(sums: Sums, session: Unflushed, today: number): void {
  const game = sums.games.get(session.gameId) ?? { ms: 0, recentMs: 0, lastPlayedAt: 0, live: false };
  sums.games.set(session.gameId, game);
  game.lastPlayedAt = Math.max(game.lastPlayedAt, session.lastBeatAt);
  game.live ||= session.live;
  for (const [day, ms] of session.msByDay) {
    game.ms += ms;
    addDay(sums, session.gameId, day, ms, today);
    const month = monthOf(day);
    sums.monthly.set(month, (sums.monthly.get(month) ?? 0) + ms);
  }
}

function report(sums: Sums, today: number, query: StatsQuery): PlaytimeStats {
  const games = [...sums.games].sort(([, a], [, b]) => b.ms - a.ms || b.lastPlayedAt - a.lastPlayedAt);
  const total = (of: (game: (typeof games)[number][1]) => number): number =>
    games.reduce((sum, [, game]) => sum + of(game), 0);
  const lastPlayedAt = Math.max(0, ...games.map(([, game]) => game.lastPlayedAt));
  return {
    total_seconds: wholeSeconds(total((game) => game.ms)),
    recent_seconds: wholeSeconds(total((game) => game.recentMs)),
    last_played_at: lastPlayedAt === 0 ? null : new Date(lastPlayedAt).toISOString(),
    games: games.map(([game_id, game]) => ({
      game_id,
      total_seconds: wholeSeconds(game.ms),
      recent_seconds: wholeSeconds(game.recentMs),
      last_played_at: new Date(game.lastPlayedAt).toISOString(),
      live: game.live,
    })),
    daily: Array.from({ length: query.days }, (_, n) => {
      const day = today - (query.days - 1 - n);
      return { date: dayText(day), seconds: wholeSeconds(sums.daily.get(day) ?? 0) };
    }),
    monthly: monthsUpTo(today, query.months).map((month) => ({
      month,
      seconds: wholeSeconds(sums.monthly.get(month) ?? 0),
    })),
  };
}
