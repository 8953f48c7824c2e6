import { newsOf } from './translate.ts';
import type { Tell } from '../../actors/messages.ts';
import type { Carried } from '../events/outbox-relay.ts';
import type { Clock } from '../ports/clock.ts';
import type { ToldNews } from '../ports/news.ts';
import { mustUuidKey, type UuidKey } from '../uuid.ts';

export interface TellerPorts {
  /** Tells the user's actor. Rejects when the engine does not answer before the deadline, ms since the Unix epoch. */
  readonly ask: (user: UuidKey, command: Tell, deadline: number) => Promise<unknown>;
  readonly clock: Clock;
  readonly events: TellerEvents;
}

/** What the teller tells of itself. Must not throw. */
export interface TellerEvents {
  /** These news reach their launchers late: with the next sweep of their gateways. */
  untold(news: number, error: unknown): void;
}

/** Later than this, a sweep is hardly slower. */
const TELL_MS = 5_000;
/** Users whose actors are being told. While the engine is slower than the outbox, news wait in the log and not here. */
const MAX_UNDER_WAY = 5_000;

/** Has users' launchers told of events that left the outbox: one message a user and batch. Nothing waits for it. */
export class NewsTeller {
  readonly #ports: TellerPorts;
  #underWay = 0;

  constructor(ports: TellerPorts) {
    this.#ports = ports;
  }

  tell(events: readonly Carried[]): void {
    const users = new Map<string, ToldNews[]>();
    for (const event of events) {
      const news = event.before === null ? null : newsOf(event);
      if (news === null) continue;
      const told = users.get(event.user_id) ?? [];
      told.push({ ...news, after: event.before });
      users.set(event.user_id, told);
    }
    for (const [user, news] of users) void this.#tell(mustUuidKey(user), news);
  }

  async #tell(user: UuidKey, news: readonly ToldNews[]): Promise<void> {
    const { ask, clock, events } = this.#ports;
    if (this.#underWay >= MAX_UNDER_WAY) return events.untold(news.length, new Error('too many are being told'));
    this.#underWay += 1;
    try {
      await ask(user, { kind: 'tell', news }, clock.now() + TELL_MS);
    } catch (error) {
      events.untold(news.length, error);
    } finally {
      this.#underWay -= 1;
    }
  }
}
