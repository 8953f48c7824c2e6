import type { OutgoingMessage } from '../ports/event-bus.ts';

interface Waiting {
  readonly messages: readonly OutgoingMessage[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit for the log: appends that come while one is under way leave together as the next one. Writers of the same
 * partition wait for each other's commits anyhow; apart, each of them would pay for a commit of its own.
 *
 * They fail apart: when the database refuses several together, each is tried alone.
 */
export class GatheredAppends {
  readonly #append: (messages: readonly OutgoingMessage[]) => Promise<void>;
  readonly #atMost: number;
  #waiting: Waiting[] = [];
  #running = false;

  /** @param atMost messages that leave together, unless one call brings more */
  constructor(append: (messages: readonly OutgoingMessage[]) => Promise<void>, atMost: number) {
    this.#append = append;
    this.#atMost = atMost;
  }

  /** In the order of the calls. Resolves when the messages are durable. */
  append(messages: readonly OutgoingMessage[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ messages, resolve, reject });
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) await this.#appendTogether(this.#next());
    this.#running = false;
  }

  #next(): readonly Waiting[] {
    let messages = 0;
    let taken = 0;
    for (const waiting of this.#waiting) {
      messages += waiting.messages.length;
      if (taken > 0 && messages > this.#atMost) break;
      taken += 1;
    }
    return this.#waiting.splice(0, taken);
  }

  async #appendTogether(group: readonly Waiting[]): Promise<void> {
    try {
      await this.#append(group.flatMap(({ messages }) => messages));
      for (const { resolve } of group) resolve();
    } catch (error) {
      const [only, ...others] = group;
      if (others.length === 0) return only?.reject(error);
      for (const one of group) await this.#appendTogether([one]);
    }
  }
}
