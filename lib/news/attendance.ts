/**
 * Tells the actors of users who are followed here that this node is where their news should go: when the first launcher
 * comes, again and again while one is there (the actor's memory of it is soft), and at once when a shard changes hands.
 */
import { Rounds } from './rounds.ts';
import type { Attend, Leave } from '../../actors/messages.ts';
import type { Clock } from '../ports/clock.ts';
import type { UuidKey } from '../uuid.ts';

export interface AttendancePorts {
  /** Tells the user's actor. Rejects when the engine does not answer in time. */
  readonly ask: (user: UuidKey, command: Attend | Leave) => Promise<unknown>;
  readonly shardOf: (user: UuidKey) => number;
  /** Who owns a shard, as far as this node knows. */
  readonly ownerOf: (shard: number) => string | null;
  readonly clock: Clock;
  /** This node's name. */
  readonly gateway: string;
  /** The actor hears of this node again after a time in which it may not have: what was pushed meanwhile is lost. */
  readonly returned: (user: UuidKey) => void;
  readonly failed: (error: unknown) => void;
}

interface Attendee {
  readonly user: UuidKey;
  readonly shard: number;
  /** Who owned the shard when the actor was told; null: it could not be told. */
  owner: string | null;
  /** How often pushes may have begun to get lost ... */
  interruptions: number;
  /** ... and how many of these times are over. */
  healed: number;
}

const LEASE_MS = 90_000;
const RENEW_MS = 30_000;
const RETRY_MS = 5_000;
/** When shards move, this many are told again ... */
const HURRIED = 500;
/** ... every so many ms. */
const HURRY_MS = 20;

export class Attendance {
  readonly #ports: AttendancePorts;
  readonly #attendees = new Map<UuidKey, Attendee>();
  readonly #rounds = new Rounds<Attendee>(RENEW_MS);
  /** Those that could not be told. */
  readonly #untold = new Rounds<Attendee>(RETRY_MS);
  /** To be told again as soon as possible. */
  readonly #hurried = new Set<Attendee>();
  #hurrying: (() => void) | null = null;

  constructor(ports: AttendancePorts) {
    this.#ports = ports;
  }

  /** Resolves when the actor knows, or when it could not be told: it is told later then. */
  async attend(user: UuidKey): Promise<void> {
    const { shardOf, clock } = this.#ports;
    const attendee: Attendee = { user, shard: shardOf(user), owner: null, interruptions: 0, healed: 0 };
    this.#attendees.set(user, attendee);
    this.#rounds.visit(attendee, clock.now());
    await this.#tell(attendee);
  }

  leave(user: UuidKey): void {
    const { ask, gateway } = this.#ports;
    const attendee = this.#attendees.get(user);
    if (attendee === undefined) return;
    this.#attendees.delete(user);
    this.#rounds.remove(attendee);
    this.#untold.remove(attendee);
    this.#hurried.delete(attendee);
    // Whoever does not hear of it pushes in vain until the lease has run out.
    ask(user, { kind: 'leave', gateway }).catch(() => undefined);
  }

  /** Somebody acquired these shards, with no memory of who attends. */
  moved(shards: readonly number[]): void {
    const moved = new Set(shards);
    this.#hurry(({ shard }) => moved.has(shard));
  }

  /** Owners may have changed: whoever was told elsewhere is told again. */
  lookAgain(): void {
    this.#hurry(({ shard, owner }) => owner !== this.#ports.ownerOf(shard));
  }

  /** Call about once a second. */
  renew(now: number): void {
    for (const attendee of this.#rounds.due(now)) void this.#tell(attendee);
    for (const attendee of this.#untold.due(now)) void this.#tell(attendee);
  }

  stop(): void {
    this.#hurrying?.();
    this.#hurrying = null;
    this.#hurried.clear();
  }

  #hurry(concerned: (attendee: Attendee) => boolean): void {
    for (const attendee of this.#attendees.values()) if (concerned(attendee)) this.#hurried.add(attendee);
    if (this.#hurrying === null) this.#next();
  }

  #next(): void {
    this.#hurrying = null;
    let left = HURRIED;
    for (const attendee of this.#hurried) {
      if ((left -= 1) < 0) break;
      this.#hurried.delete(attendee);
      attendee.interruptions += 1;
      this.#rounds.visit(attendee, this.#ports.clock.now());
      void this.#tell(attendee);
    }
    if (this.#hurried.size > 0) this.#hurrying = this.#ports.clock.after(HURRY_MS, () => this.#next());
  }

  async #tell(attendee: Attendee): Promise<void> {
    const { ask, ownerOf, clock, gateway, returned, failed } = this.#ports;
    const { user, shard, interruptions } = attendee;
    const owner = ownerOf(shard);
    try {
      await ask(user, { kind: 'attend', gateway, leaseMs: LEASE_MS });
    } catch (error) {
      failed(error);
      attendee.owner = null;
      attendee.interruptions += 1;
      if (this.#attendees.get(user) === attendee) this.#untold.visit(attendee, clock.now());
      return;
    }
    if (this.#attendees.get(user) !== attendee) return;
    attendee.owner = owner;
    this.#untold.remove(attendee);
    if (attendee.healed >= interruptions) return;
    attendee.healed = interruptions;
    returned(user);
  }
}
