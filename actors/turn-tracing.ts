/**
 * How others watch single commands on their way through an engine: only those whose envelope carries a trace, which are few.
 * What a trace is, and what becomes of it, is theirs; here it is a text that is handed on. Implementations must not throw.
 */
import type { Answer } from './envelope.ts';
import type { Command } from './messages.ts';

export interface TurnTracing {
  /** A command with this trace has its turn. Null: nobody wants to know. */
  turn(trace: string, command: Command['kind'], shard: number): TracedTurn | null;
}

/** One such command. */
export interface TracedTurn {
  /** A commit with what it changed is on its way to the store ... */
  committing(): void;
  /** ... and has its outcome; null: unknown. */
  committed(applied: boolean | null): void;
  /** Its answer leaves. */
  answered(answer: Answer['kind']): void;
  /** What it changed is on its way to PostgreSQL. May come after the answer, and again after a failure. */
  flushing(): TracedFlush;
}

export interface TracedFlush {
  /** For whatever is told of the change. */
  readonly trace: string;
  /** @param error absent: PostgreSQL has it */
  ended(error?: unknown): void;
}
