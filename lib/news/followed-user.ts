import { NewsLine } from './line.ts';
import type { News, NewsListener, ToldNews } from '../ports/news.ts';
import type { UuidKey } from '../uuid.ts';

/** One launcher's place at the line. */
export interface Seat {
  readonly listener: NewsListener;
  /** What the line tells above this number is for this seat. Null: the log is still being read for it. */
  joined: number | null;
  /** The highest number, and the unnumbered news, that the line told meanwhile. */
  told: number;
  readonly unnumbered: News[];
}

/** A user who is followed at this node: the launchers, and the line of news that they share. */
export class FollowedUser {
  readonly user: UuidKey;
  /** Resolves with the line, once the user's actor knows this node and the log was read. */
  readonly established: Promise<NewsLine>;
  readonly #seats = new Set<Seat>();
  #line: NewsLine | null = null;

  /** @param begin resolves with the number behind which the line begins, and when the log was asked for it */
  constructor(user: UuidKey, begin: () => Promise<{ readonly number: number; readonly at: number }>) {
    this.user = user;
    this.established = begin().then(({ number, at }) => {
      this.#line = new NewsLine((news) => this.#tell(news), number, at);
      return this.#line;
    });
  }

  get line(): NewsLine | null {
    return this.#line;
  }

  get alone(): boolean {
    return this.#seats.size === 0;
  }

  sit(listener: NewsListener): Seat {
    const seat: Seat = { listener, joined: null, told: 0, unnumbered: [] };
    this.#seats.add(seat);
    return seat;
  }

  leave(seat: Seat): void {
    this.#seats.delete(seat);
  }

  /** False: something is missing before these news; the log must be read. */
  hear(news: readonly ToldNews[], now: number): boolean {
    let complete = true;
    for (const one of news) {
      if (this.#line !== null) complete = this.#line.push(one, now) && complete;
      else if (one.number === null) this.#tell(one);
      else complete = false;
    }
    return complete;
  }

  /** The line is as good as the log: every launcher hears where it is. */
  tellPosition(line: NewsLine): void {
    for (const { joined, listener } of this.#seats) if (joined !== null) listener.position(line.position(joined));
  }

  /** What was missed is forgotten. */
  reset(line: NewsLine, number: number, at: number): void {
    line.reset(number, at);
    for (const seat of this.#seats) {
      if (seat.joined === null) continue;
      seat.joined = Math.max(seat.joined, number);
      seat.listener.reset(line.position(seat.joined));
    }
  }

  #tell(news: News): void {
    const { number } = news;
    for (const seat of this.#seats) {
      const { joined, listener } = seat;
      if (joined === null || this.#line === null) {
        if (number === null) seat.unnumbered.push(news);
        else seat.told = Math.max(seat.told, number);
      } else if (number === null || number > joined) {
        listener.news({ news, position: this.#line.position(joined) });
      }
    }
  }
}
