import type { ReadyEvent, ResumeOutcome } from '../contract/frames.ts';
import type { HeardNews, NewsPosition } from '../ports/news.ts';
import { positionId } from './position-id.ts';

/** The connection below, as far as sending goes. */
export interface Outlet {
  /** What was sent and not taken out yet, bytes. */
  readonly bufferedAmount: number;
  /** `written` is called when it was, or with the error that kept it. */
  say(text: string, written?: (error?: Error | null) => void): void;
}

/** Whose socket it is. */
export interface OutgoingOwner {
  /** Does not take out what is sent; called once at most. */
  tooSlow(): void;
}

export interface OutgoingRules {
  /** See `sockets.maxBufferedBytes`. */
  readonly maxBufferedBytes: number;
  readonly terms: Omit<ReadyEvent['data'], 'resume'>;
  readonly sent: (kind: 'news' | 'position' | 'ready' | 'reply') => void;
}

/** What is said in order: news, where the launcher is, or where it begins anew. */
type Said = HeardNews | NewsPosition | Ready;
interface Ready {
  readonly outcome: ResumeOutcome;
  readonly position: NewsPosition;
}

/** What may wait behind a full connection, beside what was missed: news are small and shared by the user's sockets. */
const MAX_WAITING = 256;
/** More than this would not be read as news any more. */
export const MAX_MISSED = 1000;

/**
 * What is said to one launcher, in order and within bounds.
 *
 * - O1  First `ready`, then what was missed, then what happens: what happens before `ready` waits for it. Replies stand
 *       apart: they wait for nothing.
 * - O2  While half of what may be buffered is, news wait; they go on as the launcher takes out. More than
 *       `maxBufferedBytes`, or `MAX_WAITING` news: too slow.
 * - O3  Every event's id names the position that the feed gave with it, also that of `ready`: a launcher that dies before
 *       it heard what was missed resumes from where it was.
 */
export class Outgoing {
  readonly #outlet: Outlet;
  readonly #owner: OutgoingOwner;
  readonly #rules: OutgoingRules;
  /** Null: nothing waits. At first, everything waits for `ready`. */
  #waiting: Said[] | null = [];
  #room = MAX_WAITING;
  #ended = false;

  constructor(outlet: Outlet, owner: OutgoingOwner, rules: OutgoingRules) {
    this.#outlet = outlet;
    this.#owner = owner;
    this.#rules = rules;
  }

  /**
   * Begins: nothing was missed, or nobody knows what.
   *
   * @param said once, while the log was read
   */
  begin(outcome: 'fresh' | 'reset', position: NewsPosition, said: readonly HeardNews[] = []): void {
    this.#open([{ outcome, position }, ...said]);
  }

  /** Begins anew: nobody knows what was missed. Of what waits, nothing is worth to be heard any more. */
  reset(position: NewsPosition): void {
    if (this.#waiting === null) return this.say({ outcome: 'reset', position });
    this.#waiting = [{ outcome: 'reset', position }];
  }

  /**
   * Goes on where the launcher left.
   *
   * @param from where it is; what was missed comes after it
   * @param to where it is when it has heard that
   */
  resume(from: NewsPosition, missed: readonly HeardNews[], to: NewsPosition): void {
    this.#open([{ outcome: 'resumed', position: from }, ...missed, to]);
  }

  /** Says `first`, and then what has happened meanwhile. */
  #open(first: readonly Said[]): void {
    if (this.#ended) return;
    const early = this.#waiting ?? [];
    this.#room = first.length + MAX_WAITING;
    this.#waiting = [...first, ...early];
    this.#goOn();
  }

  say(said: Said): void {
    if (this.#ended) return;
    if (this.#waiting !== null) {
      if (this.#waiting.length >= this.#room) return this.#tooSlow();
      this.#waiting.push(said);
    } else if (this.#isFull()) {
      this.#pause(said, []);
    } else {
      this.#write(said);
    }
  }

  reply(text: string): void {
    if (!this.#ended) this.#send(text, 'reply');
  }

  end(): void {
    this.#ended = true;
    this.#waiting = null;
  }

  /** Sends one more; what waits goes on when this one has left, and all before it with it. */
  #pause(last: Said, rest: Said[]): void {
    this.#waiting = rest;
    this.#write(last, (error) => {
      if (!error && !this.#ended) this.#goOn();
    });
  }

  #goOn(): void {
    const waiting = this.#waiting ?? [];
    for (const [index, said] of waiting.entries()) {
      if (this.#isFull()) return this.#pause(said, waiting.slice(index + 1));
      this.#write(said);
      if (this.#isOver()) return;
    }
    this.#waiting = null;
    this.#room = MAX_WAITING;
  }

  /** A method, for what is sent may end this. */
  #isOver(): boolean {
    return this.#ended;
  }

  #write(said: Said, written?: (error?: Error | null) => void): void {
    if ('news' in said) {
      const { event, at, data } = said.news;
      const text = `{"event":"${event}",${stamp(said.position, at)},"data":${JSON.stringify(data)}}`;
      return this.#send(text, 'news', written);
    }
    if ('outcome' in said) {
      const data = JSON.stringify({ resume: said.outcome, ...this.#rules.terms });
      const text = `{"event":"ready",${stamp(said.position, said.position.at)},"data":${data}}`;
      return this.#send(text, 'ready', written);
    }
    this.#send(`{"event":"position",${stamp(said, said.at)}}`, 'position', written);
  }

  #send(text: string, kind: 'news' | 'position' | 'ready' | 'reply', written?: (error?: Error | null) => void): void {
    this.#rules.sent(kind);
    this.#outlet.say(text, written);
    if (this.#outlet.bufferedAmount > this.#rules.maxBufferedBytes) this.#tooSlow();
  }

  #isFull(): boolean {
    return this.#outlet.bufferedAmount > this.#rules.maxBufferedBytes / 2;
  }

  #tooSlow(): void {
    if (this.#ended) return;
    this.end();
    this.#owner.tooSlow();
  }
}

function stamp(position: NewsPosition, at: number): string {
  return `"id":"${positionId(position)}","time":"${new Date(at).toISOString()}"`;
}
