import { Attendees } from './attendees.ts';
import { GatewayNews } from '../../../../lib/news/feed.ts';
import { RESUME_MS } from '../../../../lib/news/recent.ts';
import type { Answer, Question } from '../../../../lib/news/reader.ts';
import type { Clock } from '../../../../lib/ports/clock.ts';
import type { News, ToldNews } from '../../../../lib/ports/news.ts';
import type { UuidKey } from '../../../../lib/uuid.ts';
import { SeededRandom } from '../../../simulation/seeded-random.ts';
import { VirtualTime } from '../../../simulation/virtual-time.ts';

export const SHARDS = 4;
const KEEP_MS = 600_000;

interface Entry {
  readonly user: UuidKey;
  readonly news: News & { readonly number: number };
  /** Null: it waits for the event bus. */
  carriedAt: number | null;
}

/** What can go wrong, as probabilities per message. */
export interface NewsFaults {
  /** A push never arrives. */
  lostPush: number;
  /** A push takes up to two seconds. */
  slowPush: number;
  /** The log, or an actor, does not answer. */
  noAnswer: number;
}

/** The log, the actors and the network around the feeds of some gateways, on a virtual clock. */
export class SimulatedNewsroom {
  readonly time = new VirtualTime(1_728_000_000_000);
  readonly random: SeededRandom;
  readonly faults: NewsFaults = { lostPush: 0, slowPush: 0, noAnswer: 0 };
  readonly gateways = new Map<string, GatewayNews>();
  readonly counted = { gap: 0, found: 0, reset: 0, failed: 0, reads: 0, questions: 0 };
  readonly log: Entry[] = [];
  readonly #attendees = new Attendees(this.time);
  readonly #owners = Array.from({ length: SHARDS }, () => 'engine-0');
  #numbers = 0;

  constructor(seed = 1) {
    this.random = new SeededRandom(seed);
  }

  gateway(name: string): GatewayNews {
    const { time, counted } = this;
    const clock: Clock = { now: () => time.now, after: (ms, run) => time.after(ms, run) };
    const feed = new GatewayNews({
      gateway: name,
      clock,
      shardOf,
      ownerOf: (shard) => this.#owners[shard] ?? null,
      ask: (user, command) => this.#answer(() => this.#attendees.told(user, shardOf(user), command)),
      read: (questions) => this.#answer(() => this.#read(questions)),
      events: {
        gap: () => void (counted.gap += 1),
        found: (news) => void (counted.found += news),
        reset: () => void (counted.reset += 1),
        failed: () => void (counted.failed += 1),
      },
    });
    feed.start();
    this.gateways.set(name, feed);
    return feed;
  }

  /** Something happens to the user; it is news `carriedAfter` ms later. */
  happen(user: UuidKey, event: News['event'], data: Record<string, unknown>, carriedAfter = 0): number {
    const number = (this.#numbers += 1);
    this.log.push({ user, news: { number, at: this.time.now, event, data }, carriedAt: null });
    if (carriedAfter === 0) this.carry(user);
    else this.time.after(carriedAfter, () => this.carry(user));
    return number;
  }

  total(user: UuidKey, game: string, carriedAfter = 0): number {
    return this.happen(user, 'playtime.updated', { change: 'total', game_id: game }, carriedAfter);
  }

  /** The relay takes everything of the user out of the outbox and has it told. */
  carry(user: UuidKey): void {
    let before = 0;
    const told: ToldNews[] = [];
    for (const entry of this.log) {
      if (entry.user !== user || this.#isForgotten(entry)) continue;
      if (entry.carriedAt === null) {
        entry.carriedAt = this.time.now;
        told.push({ ...entry.news, after: before });
      }
      before = entry.news.number;
    }
    if (told.length > 0) this.tell(user, told);
  }

  tell(user: UuidKey, news: readonly ToldNews[]): void {
    for (const gateway of this.#attendees.gatewaysOf(user)) {
      if (this.random.chance(this.faults.lostPush)) continue;
      const delay = this.random.chance(this.faults.slowPush) ? this.random.between(0, 2_000) : 1;
      this.time.after(delay, () => this.gateways.get(gateway)?.hear(user, news));
    }
  }

  /** A shard changes hands, and its audience is gone. */
  move(shard: number, announced = true): void {
    this.#owners[shard] = this.#owners[shard] === 'engine-0' ? 'engine-1' : 'engine-0';
    this.#attendees.forget(shard);
    if (announced) for (const gateway of this.gateways.values()) this.time.after(60, () => gateway.moved([shard]));
  }

  /** The gateway is gone without a word. */
  kill(name: string): void {
    this.gateways.get(name)?.stop();
    this.gateways.delete(name);
  }

  erase(user: UuidKey): void {
    const left = this.log.filter((entry) => entry.user !== user);
    this.log.splice(0, this.log.length, ...left);
  }

  attends(user: UuidKey): readonly string[] {
    return this.#attendees.gatewaysOf(user);
  }

  #isForgotten({ carriedAt }: Entry): boolean {
    return carriedAt !== null && this.time.now - carriedAt > KEEP_MS;
  }

  /** As `newsSince` does it. */
  #read(questions: readonly Question[]): readonly Answer[] {
    this.counted.reads += 1;
    this.counted.questions += questions.length;
    return questions.map(([user, since]): Answer => {
      const known = this.log.filter((entry) => entry.user === user && !this.#isForgotten(entry));
      const highest = Math.max(since?.number ?? 0, known.at(-1)?.news.number ?? 0);
      if (since === null) return { news: [], number: highest, more: false };
      if (this.time.now - since.at > RESUME_MS) return { news: 'reset', number: highest, more: false };
      const news = known.filter((entry) => entry.news.number > since.number).map((entry) => entry.news);
      return { news, number: highest, more: false };
    });
  }

  #answer<T>(carryOut: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.random.chance(this.faults.noAnswer)) {
        this.time.after(2_000, () => reject(new Error('no answer in time')));
        return;
      }
      this.time.after(this.random.between(1, 5), () => {
        const result = carryOut();
        this.time.after(this.random.between(1, 5), () => resolve(result));
      });
    });
  }
}

export function shardOf(user: UuidKey): number {
  return user.charCodeAt(15) % SHARDS;
}
