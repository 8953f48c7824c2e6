/**
 * The news of users whose launchers are connected to this node.
 *
 *   follow --> attend: the user's actor knows this node --> the log is read --> pushes and sweeps --> stop --> leave
 *
 * Pushes are hints and may get lost; the log is the truth. DESIGN.md says which rules this keeps.
 */
import { Attendance, type AttendancePorts } from './attendance.ts';
import { FollowedUser, type Seat } from './followed-user.ts';
import { missedSince, type NewsLine } from './line.ts';
import { NewsReader, type ReadNews } from './reader.ts';
import { Rounds } from './rounds.ts';
import { LibraryError } from '../errors.ts';
import type { Followed, News, NewsFeed, NewsListener, NewsPosition, ToldNews } from '../ports/news.ts';
import type { UuidKey } from '../uuid.ts';

export interface FeedPorts extends Omit<AttendancePorts, 'returned' | 'failed'> {
  readonly read: ReadNews;
  readonly events: FeedEvents;
}

/** What the feed tells of itself. Must not throw. */
export interface FeedEvents {
  /** Pushed news did not follow upon what was heard, so the log was asked. */
  gap(): void;
  /** The log had news that no push had brought. */
  found(news: number): void;
  /** Launchers lost track: so much time had passed that the log has forgotten. */
  reset(): void;
  failed(what: 'attend' | 'read', error: unknown): void;
}

const TICK_MS = 1_000;
/** How often each user's line is compared with the log. */
const SWEEP_MS = 60_000;
const RETRY_MS = 5_000;
/** How long a user without launchers stays followed: most come back at once. */
const LINGER_MS = 5_000;
const UNAVAILABLE_RETRY_MS = 1_000;

export class GatewayNews implements NewsFeed {
  readonly #ports: FeedPorts;
  readonly #reader: NewsReader;
  readonly #attendance: Attendance;
  readonly #users = new Map<UuidKey, FollowedUser>();
  readonly #sweeps = new Rounds<FollowedUser>(SWEEP_MS);
  /** Whose log could not be read. */
  readonly #unread = new Rounds<FollowedUser>(RETRY_MS);
  /** Who is being read; true: and must be once more. */
  readonly #reading = new Map<FollowedUser, boolean>();
  readonly #holding = new Set<FollowedUser>();
  /** Who has no launcher left, and since when. */
  readonly #idle = new Map<FollowedUser, number>();
  #cancelTick: (() => void) | null = null;

  constructor(ports: FeedPorts) {
    const { events } = ports;
    this.#ports = ports;
    this.#reader = new NewsReader(ports.read);
    this.#attendance = new Attendance({
      ...ports,
      returned: (user) => this.#catchUp(this.#users.get(user)),
      failed: (error) => events.failed('attend', error),
    });
  }

  /** Users followed here. */
  get users(): number {
    return this.#users.size;
  }

  start(): void {
    const tick = (): void => {
      this.#cancelTick = this.#ports.clock.after(TICK_MS, tick);
      this.#tick();
    };
    this.#cancelTick ??= this.#ports.clock.after(TICK_MS, tick);
  }

  stop(): void {
    this.#cancelTick?.();
    this.#cancelTick = null;
    this.#attendance.stop();
  }

  /** Somebody acquired these shards. */
  moved(shards: readonly number[]): void {
    this.#attendance.moved(shards);
  }

  /** Shards may have moved without a word. */
  lookAgain(): void {
    this.#attendance.lookAgain();
  }

  /** News that were pushed to this node. */
  hear(user: UuidKey, news: readonly ToldNews[]): void {
    const followed = this.#users.get(user);
    if (followed === undefined) return;
    if (!followed.hear(news, this.#ports.clock.now())) {
      this.#ports.events.gap();
      this.#catchUp(followed);
    }
    this.#hold(followed);
  }

  async follow(user: UuidKey, from: NewsPosition | null, listener: NewsListener): Promise<Followed> {
    const followed = this.#users.get(user) ?? this.#begin(user);
    this.#idle.delete(followed);
    const seat = followed.sit(listener);
    const stop = (): void => this.#stand(followed, seat);
    try {
      const line = await followed.established;
      return { ...(await this.#join(user, line, seat, from)), stop };
    } catch (error) {
      stop();
      this.#ports.events.failed('read', error);
      const detail = 'The news cannot be read right now';
      throw new LibraryError('UNAVAILABLE', detail, { retryAfterMs: UNAVAILABLE_RETRY_MS });
    }
  }

  #begin(user: UuidKey): FollowedUser {
    const { clock } = this.#ports;
    const followed = new FollowedUser(user, async () => {
      await this.#attendance.attend(user);
      const at = clock.now();
      const { number } = await this.#reader.ask(user, null);
      return { number, at };
    });
    this.#users.set(user, followed);
    followed.established.then(
      () => this.#sweeps.visit(followed, clock.now()),
      () => this.#forget(followed),
    );
    return followed;
  }

  /** Reads what the launcher missed, until nothing is told to others that it has not read. */
  async #join(
    user: UuidKey,
    line: NewsLine,
    seat: Seat,
    from: NewsPosition | null,
  ): Promise<Pick<Followed, 'position' | 'missed'>> {
    if (from === null) {
      seat.joined = line.last;
      const position = line.position(seat.joined);
      return { position, missed: missedSince(position, seat.unnumbered, position.at) };
    }
    const news: News[] = [];
    let at = from.at;
    let number = from.number;
    do {
      const { told } = seat;
      const asked = this.#ports.clock.now();
      const answer = await this.#reader.ask(user, { number, at });
      if (answer.news === 'reset' || answer.more) {
        this.#ports.events.reset();
        seat.joined = Math.max(line.last, answer.number);
        return { position: line.position(seat.joined), missed: 'reset' };
      }
      news.push(...answer.news);
      // What was told before the log was asked, and is not there, is gone: the user was erased.
      number = Math.max(answer.number, told);
      at = asked;
    } while (seat.told > number);
    seat.joined = number;
    const position = line.position(number);
    return { position, missed: missedSince(from, [...news, ...seat.unnumbered], position.at) };
  }

  #stand(followed: FollowedUser, seat: Seat): void {
    followed.leave(seat);
    if (followed.alone && this.#users.get(followed.user) === followed) {
      this.#idle.set(followed, this.#ports.clock.now());
    }
  }

  #forget(followed: FollowedUser): void {
    const { user } = followed;
    for (const place of [this.#sweeps, this.#unread]) place.remove(followed);
    this.#holding.delete(followed);
    this.#idle.delete(followed);
    if (this.#users.get(user) !== followed) return;
    this.#users.delete(user);
    this.#attendance.leave(user);
  }

  #tick(): void {
    const now = this.#ports.clock.now();
    for (const [followed, since] of this.#idle) if (now - since >= LINGER_MS) this.#forget(followed);
    this.#attendance.renew(now);
    for (const followed of this.#sweeps.due(now)) this.#catchUp(followed);
    for (const followed of this.#unread.due(now)) this.#catchUp(followed);
    for (const followed of this.#holding) {
      followed.line?.release(now);
      this.#hold(followed);
    }
  }

  #hold(followed: FollowedUser): void {
    if (followed.line?.holds) this.#holding.add(followed);
    else this.#holding.delete(followed);
  }

  /** Brings the user's line to where the log is. */
  #catchUp(followed: FollowedUser | undefined): void {
    if (followed === undefined) return;
    const underWay = this.#reading.has(followed);
    this.#reading.set(followed, underWay);
    if (!underWay) void this.#read(followed);
  }

  async #read(followed: FollowedUser): Promise<void> {
    const { clock, events } = this.#ports;
    try {
      const line = await followed.established;
      let more: boolean;
      do {
        this.#reading.set(followed, false);
        const asked = clock.now();
        const answer = await this.#reader.ask(followed.user, { number: line.last, at: line.at });
        if (answer.news === 'reset') {
          events.reset();
          followed.reset(line, answer.number, asked);
        } else {
          const fresh = line.read(answer.news, answer.number, asked, clock.now());
          if (fresh > 0) events.found(fresh);
          if (!answer.more) followed.tellPosition(line);
        }
        ({ more } = answer);
      } while (more || this.#reading.get(followed) === true);
      this.#hold(followed);
      this.#unread.remove(followed);
    } catch (error) {
      events.failed('read', error);
      if (this.#users.get(followed.user) === followed) this.#unread.visit(followed, clock.now());
    } finally {
      this.#reading.delete(followed);
    }
  }
}
