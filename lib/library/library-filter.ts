import type { InstallStatus, LibraryFilter, LibraryQuery } from '../contract/library.ts';
import type { Source } from '../db/schema/library.ts';
import { DAY_MS } from '../playtime/days.ts';

/** A game of a library, as far as lists are filtered and sorted by it; times and durations in ms. */
export interface ListedGame {
  readonly gameId: string;
  readonly title: string;
  readonly source: Source;
  readonly acquiredAt: number;
  readonly hidden: boolean;
  readonly favorite: boolean;
  readonly totalMs: number;
  readonly lastPlayedAt: number | null;
  readonly status: InstallStatus;
}

/**
 * What a list shows: the query's filter, and beside it the saved one of a dynamic category. Hidden games appear only
 * where one of the two asks for them; a query and a category that say the opposite find nothing.
 */
export function filtersOf(query: LibraryFilter, saved: LibraryFilter | null): readonly LibraryFilter[] {
  const own = { ...query, hidden: query.hidden ?? saved?.hidden ?? false };
  return saved === null ? [own] : [own, saved];
}

/** The filter's part of a list's query. */
export function filterOf(query: LibraryQuery): LibraryFilter {
  const { q, status, hidden, favorite, source, played_within_days } = query;
  return {
    ...(q === undefined ? {} : { q }),
    ...(status === undefined ? {} : { status }),
    ...(hidden === undefined ? {} : { hidden }),
    ...(favorite === undefined ? {} : { favorite }),
    ...(source === undefined ? {} : { source }),
    ...(played_within_days === undefined ? {} : { played_within_days }),
  };
}

/** Whether the game passes everything but `q`: titles are searched by the database, which knows every alphabet's cases. */
export function matches(game: ListedGame, filter: Omit<LibraryFilter, 'q'>, now: number): boolean {
  const { status, hidden, favorite, source, played_within_days: days } = filter;
  return (
    (status === undefined || game.status === status) &&
    (hidden === undefined || game.hidden === hidden) &&
    (favorite === undefined || game.favorite === favorite) &&
    (source === undefined || game.source === source) &&
    (days === undefined || (game.lastPlayedAt !== null && game.lastPlayedAt >= now - days * DAY_MS))
  );
}

/** `q` as an ILIKE pattern: whatever it is made of stands for itself. */
export function titlePattern(q: string): string {
  return `%${literal(q)}%`;
}

/** Text in which ILIKE's signs stand for themselves. */
export function literal(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&');
}
