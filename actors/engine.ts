import type { UuidKey } from '../lib/uuid.ts';
import type { Command, Reply } from './messages.ts';

/**
 * What the rest of the product sees of the engine: ask a user's actor something, wherever it lives.
 * `ShardRegion` implements it on every node.
 */
export interface Engine {
  /**
   * The reply leaves only after everything it reveals has been checkpointed.
   *
   * @param deadline ms since the Unix epoch; past it the command is dropped wherever it is.
   * @param trace goes with the command to its turn, see `turn-tracing.ts`
   * @throws EngineUnavailable when no owner answered before the deadline, the store refuses, or a mailbox is full.
   *   The command may or may not have been applied: sending the same one again is safe.
   */
  ask(user: UuidKey, command: Command, deadline: number, trace?: string): Promise<Reply>;
}

/** The engine could not answer in time. Retry the same command after `retryAfterMs`. */
export class EngineUnavailable extends Error {
  readonly reason: string;
  readonly retryAfterMs: number;

  constructor(reason: string, retryAfterMs: number) {
    super(`the session engine is unavailable: ${reason}`);
    this.name = 'EngineUnavailable';
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}
