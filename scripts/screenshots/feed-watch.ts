import { createParser } from 'eventsource-parser';
import type { FigureName } from '../../lib/contract/console-figures.ts';
import type { NodesEvent, PulseEvent, ShardsEvent } from '../../lib/contract/console.ts';

/** What the console was last told. */
export interface Seen {
  readonly pulse: PulseEvent | null;
  readonly nodes: NodesEvent['nodes'];
  /** Shards by engine; those of nobody under `nobody`. */
  readonly shards: Readonly<Record<string, number>>;
  /** Shards that are not where they belong. */
  readonly moving: number;
}

/** Follows the feed of the console as the page does. */
export class FeedWatch {
  #seen: Seen = { pulse: null, nodes: [], shards: {}, moving: 0 };
  #look = (): void => {};
  readonly #ended = new AbortController();
  #over: Error | null = null;

  constructor(url: string, token: string) {
    this.#follow(url, token).catch((error: unknown) => {
      this.#over = error instanceof Error ? error : new Error(String(error));
      this.#look();
    });
  }

  get seen(): Seen {
    return this.#seen;
  }

  figure(name: FigureName): number {
    return this.#seen.pulse?.figures[name] ?? NaN;
  }

  /** @throws Error when it is not so in time, or the feed ends. */
  async until(what: string, isSo: (seen: Seen) => boolean, withinMs = 180_000): Promise<void> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#look();
    }, withinMs);
    try {
      while (!isSo(this.#seen)) {
        if (this.#over !== null) throw this.#over;
        if (late) throw new Error(`${what}: not within ${withinMs / 1_000} s`);
        await new Promise<void>((resolve) => (this.#look = resolve));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.#ended.abort();
  }

  async #follow(url: string, token: string): Promise<void> {
    const response = await fetch(`${url}/api/v1/library/admin/console/stream`, {
      headers: { accept: 'text/event-stream', authorization: `Bearer ${token}` },
      signal: this.#ended.signal,
    });
    if (!response.ok || response.body === null) throw new Error(`the console's feed answers ${response.status}`);
    const parser = createParser({
      onEvent: ({ event, data }) => {
        this.#take(event ?? '', JSON.parse(data) as unknown);
        this.#look();
      },
    });
    for await (const text of response.body.pipeThrough(new TextDecoderStream())) parser.feed(text);
    throw new Error("the console's feed has ended");
  }

  #take(event: string, data: unknown): void {
    if (event === 'pulse') this.#seen = { ...this.#seen, pulse: data as PulseEvent };
    if (event === 'nodes') this.#seen = { ...this.#seen, nodes: (data as NodesEvent).nodes };
    if (event === 'shards') {
      const { engines, owners, moving } = data as ShardsEvent;
      const shards: Record<string, number> = {};
      for (const owner of owners) {
        const name = engines[owner] ?? 'nobody';
        shards[name] = (shards[name] ?? 0) + 1;
      }
      this.#seen = { ...this.#seen, shards, moving: moving.length };
    }
  }
}
