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

/** News on their way to the gateways. */
export interface ToldNews extends News {
  /**
   * The number of the user's news before this one, 0: none that is remembered. So a listener sees whether something is
   * missing in between. Null where the news itself has no number.
   */
  readonly after: number | null;
}

/** Up to where somebody has heard a user's news. Plain data; whoever keeps one keeps all of it. */
export interface NewsPosition {
  /** All numbers up to this one were heard, or were none of the listener's business. */
  readonly number: number;
  /** Higher numbers that were heard as well, ascending: few, while something before them is held back. */
  readonly heard: readonly number[];
  /** When that was known, ms since the Unix epoch: what came before is not replayed once it is forgotten. */
  readonly at: number;
}

/** News, and where to go on from if they are the last that is heard: never made from the news themselves. */
export interface HeardNews {
  readonly news: News;
  readonly position: NewsPosition;
}

/**
 * Hears a user's news in order, each numbered one once; but a total of playtime comes at most once a minute, so it may
 * come behind later news, or not at all if a later total replaces it. Must not throw.
 */
export interface NewsListener {
  news(heard: HeardNews): void;
  /** Nothing was missed up to here. Comes about once a minute, so that a position never grows too old to resume from. */
  position(position: NewsPosition): void;
  /** What happened up to here is not known any more (this node was cut off for minutes): read everything anew. */
  reset(position: NewsPosition): void;
}

export interface Followed {
  readonly position: NewsPosition;
  /** What happened between `from` and the position; `reset`: that is not known any more, read everything anew. */
  readonly missed: readonly HeardNews[] | 'reset';
  stop(): void;
}

/** The news of users whose launchers are connected to this node. */
export interface NewsFeed {
  /**
   * Resolves when everything that happens from now on reaches the listener. Several may follow one user. The listener may
   * be called a moment before the caller goes on with what is resolved: what it hears then comes after that.
   *
   * @param from where a launcher stopped hearing; null: it begins
   * @throws LibraryError UNAVAILABLE
   */
  follow(user: UuidKey, from: NewsPosition | null, listener: NewsListener): Promise<Followed>;
}
