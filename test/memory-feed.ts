import { LibraryError } from '../lib/errors.ts';
import type { Followed, HeardNews, News, NewsFeed, NewsListener, NewsPosition } from '../lib/ports/news.ts';
import type { UuidKey } from '../lib/uuid.ts';

interface Follower {
  readonly user: UuidKey;
  readonly listener: NewsListener;
}

/** A feed whose news a test tells, with a log that never forgets unless it is told to. */
export class MemoryFeed implements NewsFeed {
  readonly followers = new Set<Follower>();
  /** How often each position was asked for, oldest first; null: from now. */
  readonly asked: (NewsPosition | null)[] = [];
  readonly #log: { readonly user: UuidKey; readonly news: News }[] = [];
  #numbers = 0;
  #forgotten = 0;
  /** While true, nobody can follow. */
  away = false;
  /** Said once, without a number, while the next follower's log was read. */
  saidMeanwhile: HeardNews[] = [];
  /** While set, answers wait for it. */
  gate: Promise<void> | null = null;

  async follow(user: UuidKey, from: NewsPosition | null, listener: NewsListener): Promise<Followed> {
    this.asked.push(from);
    await this.gate;
    if (this.away) throw new LibraryError('UNAVAILABLE', 'The feed is away');
    const follower = { user, listener };
    this.followers.add(follower);
    const missed = this.#log.filter((entry) => entry.user === user && (entry.news.number ?? 0) > (from?.number ?? 0));
    const isForgotten = from !== null && from.number < this.#forgotten;
    return {
      position: this.here(),
      missed: isForgotten
        ? 'reset'
        : [...(from === null ? [] : missed.map(({ news }) => heard(news))), ...this.saidMeanwhile.splice(0)],
      stop: () => void this.followers.delete(follower),
    };
  }

  /** Tells the user's followers; into the log as well, unless the news have no number. */
  tell(user: UuidKey, event: News['event'], data: News['data'], numbered = true): News {
    const news: News = { number: numbered ? (this.#numbers += 1) : null, at: Date.now(), event, data };
    if (numbered) this.#log.push({ user, news });
    const told = numbered ? heard(news) : { news, position: this.here() };
    for (const follower of this.followers) if (follower.user === user) follower.listener.news(told);
    return news;
  }

  here(): NewsPosition {
    return { number: this.#numbers, at: Date.now(), heard: [] };
  }

  /** What was told up to now cannot be missed any more. */
  forget(): void {
    this.#forgotten = this.#numbers;
  }
}

function heard(news: News): HeardNews {
  return { news, position: { number: news.number ?? 0, at: news.at, heard: [] } };
}
