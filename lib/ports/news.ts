import type { UuidKey } from '../uuid.ts';

/** What a launcher is told of. */
export const NEWS_EVENTS = [
  'library.updated',
  'playtime.updated',
  'playtime.warning',
  'achievement.unlocked',
  'wishlist.updated',
  'savegame.sync.status',
] as const;
export type NewsEvent = (typeof NEWS_EVENTS)[number];

/** One thing that happened to a user's data. Plain data: it crosses nodes as CBOR. */
export interface News {
  /** Rises with every change of the user's data, in the order of the commits; null: said once and not replayed. */
  readonly number: number | null;
  /** When, ms since the Unix epoch. */
  readonly at: number;
  readonly event: NewsEvent;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Up to where somebody has heard a user's news. */
export interface NewsPosition {
  /** All numbers up to this one were heard, or were none of the listener's business. */
  readonly number: number;
  /** When that was known, ms since the Unix epoch: what came before is not replayed once it is forgotten. */
  readonly at: number;
}

/** Hears a user's news in order, each numbered one once. Must not throw. */
export interface NewsListener {
  news(news: News): void;
  /** Nothing was missed up to here. Comes about once a minute, so that a position never grows too old to resume from. */
  position(position: NewsPosition): void;
}

export interface Followed {
  readonly position: NewsPosition;
  /** What happened between `from` and the position; `reset`: that is not known any more, read everything anew. */
  readonly missed: readonly News[] | 'reset';
  stop(): void;
}

/** The news of users whose launchers are connected to this node. */
export interface NewsFeed {
  /**
   * Resolves when everything that happens from now on reaches the listener. Several may follow one user.
   *
   * @param from where a launcher stopped hearing; null: it begins
   * @throws LibraryError UNAVAILABLE
   */
  follow(user: UuidKey, from: NewsPosition | null, listener: NewsListener): Promise<Followed>;
}
