import type { Clock } from '../ports/clock.ts';
import { PoisonMessage, type IncomingMessage, type OutgoingMessage, type Subscription } from '../ports/event-bus.ts';
import { deadLetterOf } from './dead-letter.ts';
import { retryPause } from './retry-pause.ts';

export interface WorkerSurroundings {
  readonly subscription: Pick<Subscription, 'handle' | 'retry' | 'events'>;
  /** Resolves when the dead letter is durable. */
  readonly bury: (letter: OutgoingMessage) => Promise<void>;
  /** Told of each message that is done with, in order; never after {@link PartitionWorker.abandon}. */
  readonly done: (message: IncomingMessage) => void;
  /** Asked before each try: whether the partition is ours for sure. When it is not, the worker is suspended by then. */
  readonly mayBegin: () => boolean;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
}

/**
 * Works off the messages of one partition for one group, one at a time and in order (B2, B3 of the port), whichever bus
 * they come from.
 *
 *     waiting ──offer──> trying ──handled──────────────────> done, the next one
 *                        │   ^ └──poison, or tried enough──> burying ──durable──> done, the next one
 *                      fails │                               │     ^
 *                        v   │ pause, growing              fails   │ pause, growing
 *                       pausing                              v     │
 *                                                           pausing
 *
 * The message at the head leaves by `done` only. Nothing is skipped: a dead letter that cannot be written is tried
 * again as long as it takes, without asking the handler again.
 */
export class PartitionWorker {
  readonly #surroundings: WorkerSurroundings;
  readonly #queue: IncomingMessage[] = [];
  #work: Promise<void> | null = null;
  #suspended = false;
  #abandoned = false;
  #endPause: (() => void) | null = null;
  /** Of the message at the head: how often its handler was called, and why it is to be buried, if it is. */
  #attempts = 0;
  #reason: string | null = null;
  /** In a row, of the handler or of burying: what the pauses grow with. */
  #failures = 0;

  constructor(surroundings: WorkerSurroundings) {
    this.#surroundings = surroundings;
  }

  /** Messages that are not done with, the one under way among them. */
  get backlog(): number {
    return this.#queue.length;
  }

  /** Takes the next messages of the partition, in order. */
  offer(messages: readonly IncomingMessage[]): void {
    if (this.#abandoned) return;
    for (const message of messages) this.#queue.push(message);
    this.#start();
  }

  /** Begins nothing from now on. Resolves when nothing is under way any more; a pause ends at once. */
  async suspend(): Promise<void> {
    this.#suspended = true;
    this.#endPause?.();
    await this.#work;
  }

  resume(): void {
    this.#suspended = false;
    this.#start();
  }

  /** Ends for good: the partition is no longer ours. What is under way ends, and counts for nothing. */
  abandon(): void {
    this.#abandoned = true;
    this.#queue.length = 0;
    this.#endPause?.();
  }

  #start(): void {
    if (this.#work !== null || this.#suspended || this.#queue.length === 0) return;
    this.#work = this.#workOff().finally(() => {
      this.#work = null;
      this.#start();
    });
  }

  async #workOff(): Promise<void> {
    for (let head = this.#queue[0]; head !== undefined && this.#mayBegin(); head = this.#queue[0]) {
      const settled = await this.#settle(head);
      if (this.#abandoned) return;
      if (settled) {
        this.#queue.shift();
        [this.#attempts, this.#reason, this.#failures] = [0, null, 0];
        this.#surroundings.done(head);
      } else {
        this.#failures += 1;
        await this.#pause();
      }
    }
  }

  #mayBegin(): boolean {
    return !this.#suspended && this.#surroundings.mayBegin();
  }

  /** Resolves with whether the message is done with. */
  async #settle(message: IncomingMessage): Promise<boolean> {
    const { subscription, bury, clock } = this.#surroundings;
    if (this.#reason === null) {
      this.#attempts += 1;
      try {
        await subscription.handle(message);
        return true;
      } catch (error) {
        if (this.#abandoned) return false;
        this.#reason = this.#verdict(error);
        if (this.#reason === null) {
          subscription.events.retrying(message, this.#attempts, error);
          return false;
        }
        this.#failures = 0;
      }
    }
    try {
      await bury(deadLetterOf(message, this.#reason, this.#attempts, clock.now()));
    } catch (error) {
      subscription.events.failed(error);
      return false;
    }
    subscription.events.deadLettered(message, this.#reason);
    return true;
  }

  /** Why the message is given up; null: it is not. */
  #verdict(error: unknown): string | null {
    if (error instanceof PoisonMessage) return error.reason;
    const { maxAttempts } = this.#surroundings.subscription.retry;
    if (maxAttempts === null || this.#attempts < maxAttempts) return null;
    return `failed ${this.#attempts} times: ${error instanceof Error ? error.message : String(error)}`;
  }

  #pause(): Promise<void> {
    if (this.#suspended) return Promise.resolve();
    const { subscription, clock, random } = this.#surroundings;
    return new Promise((resolve) => {
      const end = () => {
        this.#endPause = null;
        cancel();
        resolve();
      };
      const cancel = clock.after(retryPause(subscription.retry, this.#failures, random), end);
      this.#endPause = end;
    });
  }
}
