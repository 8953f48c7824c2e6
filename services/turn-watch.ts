/**
 * Looks on at what an engine is asked about single users, while somebody wants to see it: one who watches asks again within
 * seconds, or is forgotten. An engine of whose users nobody is watched pays one comparison a batch.
 */
import type { Answer, Envelope } from '../actors/envelope.ts';
import { totalCredit } from '../actors/credit.ts';
import type { Command } from '../actors/messages.ts';
import type { ShardHost } from '../actors/shard-host.ts';
import type { Clock } from '../lib/ports/clock.ts';
import { keyToUuid, type UuidKey } from '../lib/uuid.ts';

/** A command of a watched user, and what came of it. Times are ms since the Unix epoch. */
export interface Turn {
  /** Rises by one from turn to turn while the user is watched at this engine. */
  readonly number: number;
  readonly at: number;
  readonly command: string;
  readonly sessionId: string | null;
  readonly gameId: string | null;
  readonly seq: number | null;
  /** The launcher's own count since the session's start or last resume; null: it keeps none. */
  readonly activeMs: number | null;
  /** `ok`, `ignored`, or why not. */
  readonly outcome: string;
  readonly creditedMs: number | null;
  readonly addedMs: number | null;
  readonly waitedMs: number;
}

export interface WatchedTurns {
  /** Names this watch: after another one began, numbers begin anew. */
  readonly watch: string;
  readonly turns: readonly Turn[];
  /** Turns before the first of these that are not kept any more. */
  readonly lost: number;
}

/** Who asks for one user more gets that one instead of another that was not asked for so long. */
export const WATCHED_USERS = 100;
export const KEPT_TURNS = 256;
const FORGET_MS = 30_000;

interface Watched {
  readonly watch: string;
  readonly turns: Turn[];
  /** What each session had when it was last seen. */
  readonly credited: Map<UuidKey, number>;
  next: number;
  askedAt: number;
}

interface Arrived {
  readonly at: number;
  readonly places: readonly number[];
}

export class TurnWatch {
  readonly #host: Pick<ShardHost, 'peek'>;
  readonly #clock: Clock;
  readonly #users = new Map<UuidKey, Watched>();
  #begun = 0;

  constructor(host: Pick<ShardHost, 'peek'>, clock: Clock) {
    this.#host = host;
    this.#clock = clock;
  }

  get size(): number {
    return this.#users.size;
  }

  /** Call before the batch's turns. Null: it concerns nobody who is watched. */
  arrived(envelopes: readonly Envelope[]): Arrived | null {
    if (this.#users.size === 0) return null;
    const at = this.#clock.now();
    const places = envelopes.flatMap(({ user }, place) => (this.#isWatched(user, at) ? [place] : []));
    for (const place of places) {
      const user = envelopes[place]?.user;
      if (user !== undefined) this.#look(user);
    }
    return places.length === 0 ? null : { at, places };
  }

  /** Call with the batch's answers. */
  answered({ at, places }: Arrived, envelopes: readonly Envelope[], answers: readonly Answer[]): void {
    const waitedMs = this.#clock.now() - at;
    for (const place of places) {
      const [envelope, answer] = [envelopes[place], answers[place]];
      const watched = envelope && this.#users.get(envelope.user);
      if (!watched || !answer) continue;
      const seen = turnOf(envelope.command, answer, watched.credited);
      watched.turns.push({ number: watched.next, at, waitedMs, ...seen });
      watched.next += 1;
      if (watched.turns.length > KEPT_TURNS) watched.turns.shift();
    }
  }

  /**
   * What came since a turn, and watches on.
   *
   * @param watch the watch that `after` is of; null: it begins
   * @param after the number of the last turn that is known
   */
  turns(user: UuidKey, watch: string | null, after: number): WatchedTurns {
    const now = this.#clock.now();
    const watched = this.#users.get(user) ?? this.#begin(now);
    // The one that was asked for last stands last.
    this.#users.delete(user);
    this.#users.set(user, watched);
    watched.askedAt = now;
    this.#forget(now);
    this.#look(user);
    if (watch !== watched.watch) return { watch: watched.watch, turns: watch === null ? [] : watched.turns, lost: 0 };
    const turns = watched.turns.filter(({ number }) => number > after);
    return { watch, turns, lost: (turns[0]?.number ?? watched.next) - after - 1 };
  }

  #begin(now: number): Watched {
    this.#begun += 1;
    return { watch: `${now}-${this.#begun}`, turns: [], credited: new Map(), next: 1, askedAt: now };
  }

  #isWatched(user: UuidKey, now: number): boolean {
    const watched = this.#users.get(user);
    if (watched === undefined) return false;
    if (now - watched.askedAt < FORGET_MS) return true;
    this.#users.delete(user);
    return false;
  }

  #forget(now: number): void {
    for (const [user, { askedAt }] of this.#users) {
      if (now - askedAt < FORGET_MS && this.#users.size <= WATCHED_USERS) return;
      this.#users.delete(user);
    }
  }

  /** What sessions have that were not seen before: what they had before their first turn was none of its work. */
  #look(user: UuidKey): void {
    const watched = this.#users.get(user);
    if (watched === undefined) return;
    const sessions = this.#host.peek(user)?.sessions ?? [];
    for (const { id, credit } of sessions) {
      if (!watched.credited.has(id)) watched.credited.set(id, totalCredit(credit));
    }
    for (const id of watched.credited.keys()) {
      if (!sessions.some((session) => session.id === id)) watched.credited.delete(id);
    }
  }
}

function turnOf(
  command: Command,
  answer: Answer,
  credited: Map<UuidKey, number>,
): Omit<Turn, 'number' | 'at' | 'waitedMs'> {
  const reply = answer.kind === 'reply' ? answer.reply : null;
  const session = reply?.kind === 'session' || reply?.kind === 'refused' ? reply.session : null;
  const asked = command as {
    readonly sessionId?: UuidKey;
    readonly gameId?: UuidKey;
    readonly seq?: number;
    readonly activeMs?: number | null;
  };
  const sessionId = session?.sessionId ?? asked.sessionId ?? null;
  const gameId = session?.gameId ?? asked.gameId ?? null;
  const creditedMs = session?.creditedMs ?? null;
  const addedMs = session === null ? null : Math.max(0, session.creditedMs - (credited.get(session.sessionId) ?? 0));
  if (session !== null) credited.set(session.sessionId, session.creditedMs);
  return {
    command: command.kind,
    sessionId: sessionId === null ? null : keyToUuid(sessionId),
    gameId: gameId === null ? null : keyToUuid(gameId),
    seq: asked.seq ?? null,
    activeMs: asked.activeMs ?? null,
    outcome: outcomeOf(answer),
    creditedMs,
    addedMs,
  };
}

function outcomeOf(answer: Answer): string {
  if (answer.kind !== 'reply') return answer.kind;
  const { reply } = answer;
  if (reply.kind === 'refused') return reply.reason;
  if (reply.kind === 'copy_in_use') return reply.kind;
  return reply.kind === 'session' && reply.outcome === 'ignored' ? 'ignored' : 'ok';
}
