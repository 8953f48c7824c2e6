import type { GatewayNews } from '../../../../lib/news/feed.ts';
import type { Followed, HeardNews, News, NewsPosition } from '../../../../lib/ports/news.ts';
import type { UuidKey } from '../../../../lib/uuid.ts';

/** A launcher that comes and goes, and goes on where it stopped hearing. */
export class SimulatedLauncher {
  readonly user: UuidKey;
  /** Everything heard over all connections, in order. */
  readonly heard: News[] = [];
  readonly heardAt: number[] = [];
  readonly positions: NewsPosition[] = [];
  resets = 0;
  /** Where it began, or began anew: what happened before is not its business. */
  begun: NewsPosition | null = null;
  position: NewsPosition | null = null;
  #followed: Followed | null = null;
  #connection = 0;
  readonly #now: () => number;

  constructor(user: UuidKey, now: () => number) {
    this.user = user;
    this.#now = now;
  }

  get connected(): boolean {
    return this.#followed !== null;
  }

  get numbers(): (number | null)[] {
    return this.heard.map(({ number }) => number);
  }

  async connect(feed: GatewayNews): Promise<void> {
    this.disconnect();
    const connection = this.#connection;
    const only = (hear: () => void): void => {
      if (connection === this.#connection) hear();
    };
    const followed = await feed.follow(this.user, this.position, {
      news: (heard) => only(() => this.news(heard)),
      position: (position) => only(() => this.#at(position)),
      reset: (position) => only(() => this.reset(position)),
    });
    if (connection !== this.#connection) return followed.stop();
    this.#followed = followed;
    if (followed.missed === 'reset') return this.reset(followed.position);
    for (const heard of followed.missed) this.news(heard);
    if (this.begun === null) this.begun = followed.position;
    this.#at(followed.position);
  }

  /** @param politely false: the gateway does not notice */
  disconnect(politely = true): void {
    this.#connection += 1;
    if (politely) this.#followed?.stop();
    this.#followed = null;
  }

  news({ news, position }: HeardNews): void {
    this.heard.push(news);
    this.heardAt.push(this.#now());
    this.#at(position);
  }

  #at(position: NewsPosition): void {
    this.position = position;
    this.positions.push(position);
  }

  reset(position: NewsPosition): void {
    this.resets += 1;
    this.begun = position;
    this.#at(position);
  }
}
