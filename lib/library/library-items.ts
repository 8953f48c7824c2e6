import type { Kysely } from 'kysely';
import type { LibraryItem, LibraryQuery } from '../contract/library.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { Schema } from '../db/schema.ts';
import type { Source } from '../db/schema/library.ts';
import { DAY_MS, dayOf, dayText, wholeSeconds } from '../playtime/days.ts';
import { RECENT_DAYS } from '../playtime/stats.ts';
import { uuidToKey } from '../uuid.ts';

/** A game of the library as it is sorted and shown; times and durations in ms. */
export interface OwnedGame {
  readonly gameId: string;
  readonly title: string;
  readonly developer: string | null;
  readonly publisher: string | null;
  readonly coverUrl: string | null;
  readonly genres: readonly string[];
  readonly source: Source;
  readonly acquiredAt: number;
  readonly hidden: boolean;
  readonly favorite: boolean;
  readonly notes: string | null;
  readonly totalMs: number;
  readonly recentMs: number;
  readonly lastPlayedAt: number | null;
}

/**
 * All games a user has access to, or one of them. A library is some hundred rows, a few thousand at most, found by the
 * first column of three primary keys; it is then filtered and sorted here, which needs no index for each order.
 * Playtime is that of the last flush: statistics are the place that includes every heartbeat.
 *
 * @param now ms since the Unix epoch
 */
export async function ownedGames(
  db: Kysely<Schema>,
  userId: string,
  now: number,
  gameId: string | null = null,
): Promise<readonly OwnedGame[]> {
  let select = db
    .selectFrom('user_libraries as l')
    .innerJoin('catalog_games as g', 'g.game_id', 'l.game_id')
    .leftJoin('playtime_totals as t', (join) =>
      join.onRef('t.user_id', '=', 'l.user_id').onRef('t.game_id', '=', 'l.game_id'),
    )
    .leftJoin(
      (recent) =>
        recent
          .selectFrom('playtime_stats_daily')
          .select((expression) => ['game_id', expression.fn.sum<string>('ms').as('ms')])
          .where('user_id', '=', userId)
          .where('day', '>', dayText(dayOf(now) - RECENT_DAYS))
          .groupBy('game_id')
          .as('r'),
      (join) => join.onRef('r.game_id', '=', 'l.game_id'),
    )
    .select(['l.game_id', 'l.source', 'l.acquired_at', 'l.hidden', 'l.favorite', 'l.notes'])
    .select(['g.title', 'g.developer', 'g.publisher', 'g.cover_url', 'g.genres'])
    .select(['t.ms as total_ms', 't.last_played_at', 'r.ms as recent_ms'])
    .where('l.user_id', '=', userId)
    .where('l.revoked_at', 'is', null);
  if (gameId !== null) select = select.where('l.game_id', '=', gameId);
  const rows = await select.execute();
  return rows.map((row) => ({
    gameId: row.game_id,
    title: row.title,
    developer: row.developer,
    publisher: row.publisher,
    coverUrl: row.cover_url,
    genres: row.genres,
    source: row.source,
    acquiredAt: row.acquired_at.getTime(),
    hidden: row.hidden,
    favorite: row.favorite,
    notes: row.notes,
    totalMs: row.total_ms ?? 0,
    recentMs: Number(row.recent_ms ?? 0),
    lastPlayedAt: row.last_played_at?.getTime() ?? null,
  }));
}

/**
 * The page of the library that the query asks for.
 *
 * @throws LibraryError VALIDATION_ERROR for a cursor of another list or order.
 */
export function libraryPage(
  games: readonly OwnedGame[],
  query: LibraryQuery,
  now: number,
): { readonly items: readonly OwnedGame[]; readonly nextCursor: string | null } {
  const key = SORT_KEYS[query.sort];
  const direction = query.order === 'asc' ? 1 : -1;
  const compare = (a: Position, b: Position): number =>
    direction * (compareKeys(a[1], b[1]) || compareKeys(a[2], b[2]));
  const position = (game: OwnedGame): Position => [`${query.sort} ${query.order}`, key(game), game.gameId];

  const after = query.cursor === undefined ? null : decodeCursor(query.cursor, isPositionOf(query));
  const matching = games
    .filter((game) => matches(game, query, now))
    .map((game) => ({ game, at: position(game) }))
    .filter(({ at }) => after === null || compare(at, after) > 0)
    .sort((a, b) => compare(a.at, b.at));
  const page = matching.slice(0, query.limit);
  const last = page.at(-1);
  return {
    items: page.map(({ game }) => game),
    nextCursor: matching.length > page.length && last !== undefined ? encodeCursor(last.at) : null,
  };
}

/** The order it belongs to, the sort key of the last item, and its id to settle ties. */
type Position = readonly [string, string | number, string];

const SORT_KEYS: Record<LibraryQuery['sort'], (game: OwnedGame) => string | number> = {
  title: (game) => game.title.toLowerCase(),
  acquired_at: (game) => game.acquiredAt,
  last_played_at: (game) => game.lastPlayedAt ?? 0,
  playtime: (game) => game.totalMs,
};

function isPositionOf(query: LibraryQuery): (parts: unknown) => parts is Position {
  const keyType = query.sort === 'title' ? 'string' : 'number';
  return (parts): parts is Position => {
    if (!Array.isArray(parts) || parts.length !== 3) return false;
    const [order, key, id] = parts as unknown[];
    const ofThisOrder = order === `${query.sort} ${query.order}` && typeof key === keyType;
    return ofThisOrder && typeof id === 'string' && uuidToKey(id) !== null;
  };
}

const collator = new Intl.Collator('en', { numeric: true });

/** The same on every node, whatever its locale. */
function compareKeys(a: string | number, b: string | number): number {
  if (typeof a === 'string' && typeof b === 'string') return collator.compare(a, b) || (a < b ? -1 : Number(a > b));
  return Number(a) - Number(b);
}

function matches(game: OwnedGame, query: LibraryQuery, now: number): boolean {
  if (game.hidden !== query.hidden) return false;
  if (query.favorite !== undefined && game.favorite !== query.favorite) return false;
  if (query.source !== undefined && game.source !== query.source) return false;
  if (query.q !== undefined && !game.title.toLowerCase().includes(query.q.toLowerCase())) return false;
  if (query.played_within_days === undefined) return true;
  return game.lastPlayedAt !== null && game.lastPlayedAt >= now - query.played_within_days * DAY_MS;
}

/** The game as the API shows it. */
export function libraryItem(game: OwnedGame): LibraryItem {
  return {
    game_id: game.gameId,
    title: game.title,
    developer: game.developer,
    publisher: game.publisher,
    cover_url: game.coverUrl,
    genres: [...game.genres],
    source: game.source,
    acquired_at: new Date(game.acquiredAt).toISOString(),
    hidden: game.hidden,
    favorite: game.favorite,
    notes: game.notes,
    playtime: {
      total_seconds: wholeSeconds(game.totalMs),
      recent_seconds: wholeSeconds(game.recentMs),
      last_played_at: game.lastPlayedAt === null ? null : new Date(game.lastPlayedAt).toISOString(),
    },
  };
}
