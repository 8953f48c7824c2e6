import type { ListedGame } from './library-filter.ts';
import type { LibraryQuery } from '../contract/library.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { uuidToKey } from '../uuid.ts';

type Order = Pick<LibraryQuery, 'sort' | 'order' | 'limit' | 'cursor'>;

/** A game in its place: what the list is sorted by, and the id to settle ties. */
export interface Placed {
  readonly gameId: string;
  readonly key: string | number;
}

const SORT_KEYS: Record<LibraryQuery['sort'], (game: ListedGame) => string | number> = {
  title: (game) => titleKey(game.title),
  acquired_at: (game) => game.acquiredAt,
  last_played_at: (game) => game.lastPlayedAt ?? 0,
  playtime: (game) => game.totalMs,
};

export function placed(game: ListedGame, sort: LibraryQuery['sort']): Placed {
  return { gameId: game.gameId, key: SORT_KEYS[sort](game) };
}

export function titleKey(title: string): string {
  return title.toLowerCase();
}

/**
 * The page that the query asks for, of games that passed its filters. A page begins after the sort key of the page
 * before: games that come and go in between neither repeat nor hide those that stay.
 *
 * @throws LibraryError VALIDATION_ERROR for a cursor of another list or order.
 */
export function libraryPage(
  games: readonly Placed[],
  query: Order,
): { readonly gameIds: readonly string[]; readonly nextCursor: string | null } {
  const direction = query.order === 'asc' ? 1 : -1;
  const compare = (a: Placed, b: Placed): number =>
    direction * (compareKeys(a.key, b.key) || compareKeys(a.gameId, b.gameId));
  const order = `${query.sort} ${query.order}`;

  const after = query.cursor === undefined ? null : placeIn(decodeCursor(query.cursor, isPositionOf(query)));
  const following = after === null ? games : games.filter((game) => compare(game, after) > 0);
  const first = firstOf(following, query.limit + 1, compare);
  const page = first.slice(0, query.limit);
  const last = page.at(-1);
  const more = first.length > page.length && last !== undefined;
  return {
    gameIds: page.map(({ gameId }) => gameId),
    nextCursor: more ? encodeCursor([order, last.key, last.gameId]) : null,
  };
}

/** The first `count` in order. Comparing titles is what a page costs most, and sorting all of them takes thrice as many. */
function firstOf<Item>(items: readonly Item[], count: number, compare: (a: Item, b: Item) => number): readonly Item[] {
  const first: Item[] = [];
  for (const item of items) {
    const last = first.at(-1);
    if (first.length === count && last !== undefined && compare(item, last) >= 0) continue;
    let [low, high] = [0, first.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(item, first[middle]!) < 0) high = middle;
      else low = middle + 1;
    }
    first.splice(low, 0, item);
    if (first.length > count) first.pop();
  }
  return first;
}

/** A cursor: the order it belongs to, and the place of the last item. */
type Position = readonly [order: string, key: string | number, gameId: string];

function placeIn([, key, gameId]: Position): Placed {
  return { gameId, key };
}

function isPositionOf(query: Order): (parts: unknown) => parts is Position {
  const keyType = query.sort === 'title' ? 'string' : 'number';
  return (parts): parts is Position => {
    if (!Array.isArray(parts) || parts.length !== 3) return false;
    const [order, key, id] = parts as unknown[];
    const ofThisOrder = order === `${query.sort} ${query.order}` && typeof key === keyType;
    return ofThisOrder && typeof id === 'string' && uuidToKey(id) !== null;
  };
}

const collator = new Intl.Collator('en', { numeric: true });

function compareKeys(a: string | number, b: string | number): number {
  return typeof a === 'string' && typeof b === 'string' ? compareTitles(a, b) : Number(a) - Number(b);
}

/**
 * As people spell and count, the same on every node, whatever its locale. Most titles differ first in a letter from a to z,
 * whose order needs no collator: that takes ten times as long.
 */
export function compareTitles(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
  if (isLetter(left) && isLetter(right)) return left - right;
  return collator.compare(a, b) || (a < b ? -1 : Number(a > b));
}

function isLetter(code: number): boolean {
  return code >= 97 && code <= 122;
}
