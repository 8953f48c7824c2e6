import { NOTHING_HELD, rowOf, type UserState } from '../actors/session.ts';
import { expire, forget, turn, type PlayRules } from '../actors/user-actor.ts';
import type { Engine } from '../actors/engine.ts';
import type { PlaytimeSink } from '../lib/ports/playtime-sink.ts';
import type { UuidKey } from '../lib/uuid.ts';

const RULES: PlayRules = {
  maxGapMs: 150_000,
  sessionTimeoutMs: 300_000,
  maxLiveGames: 4,
  maxHeldSessions: 64,
  lingerMs: 60_000,
  graceMs: 300_000,
  copyMarginMs: 5_000,
};

/** An engine of real actors without nodes or checkpoints, on the test's own clock; it flushes only when told to. */
export interface ActorsInMemory extends Engine {
  now: number;
  /** Everything asked so far, by kind. */
  readonly asked: string[];
  /** Writes what the actors hold to PostgreSQL. */
  flushAll(): Promise<void>;
  /** Time-outs happen, and what is ended and flushed is forgotten. */
  tick(): void;
}

export function actorsInMemory(sink: PlaytimeSink, now: number): ActorsInMemory {
  const states = new Map<UuidKey, UserState>();
  async function flush(user: UuidKey): Promise<void> {
    const state = states.get(user) ?? NOTHING_HELD;
    await sink.flush(
      state.sessions.filter((session) => session.rev > session.flushedRev).map((session) => rowOf(user, session)),
    );
    for (const session of state.sessions) session.flushedRev = session.rev;
  }
  return {
    now,
    asked: [],
    async ask(user, command) {
      this.asked.push(command.kind);
      const { state, reply } = turn(states.get(user) ?? NOTHING_HELD, command, this.now, RULES);
      states.set(user, state);
      if (command.kind === 'flush') await flush(user);
      return reply;
    },
    async flushAll() {
      for (const user of states.keys()) await flush(user);
    },
    tick() {
      for (const [user, state] of states) {
        const { sessions, copies } = expire(state, this.now, RULES);
        states.set(user, { sessions: forget(sessions, (session) => session.flushedRev === session.rev), copies });
      }
    },
  };
}
