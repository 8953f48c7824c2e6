import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { ConsoleEvent, WatchEvent } from '../lib/contract/console.ts';

type StreamEvent = ConsoleEvent | WatchEvent;
type EventName = StreamEvent['event'];
type DataOf<Name extends EventName> = Extract<StreamEvent, { readonly event: Name }>['data'];

/** A client of Server-Sent Events, over a connection of its own. */
export class EventStreamClient {
  readonly response: IncomingMessage;
  readonly #events: StreamEvent[] = [];
  #text = '';
  #ended = false;
  #heard: () => void = () => undefined;

  private constructor(response: IncomingMessage) {
    this.response = response;
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => this.#take(chunk));
    const end = (): void => {
      this.#ended = true;
      this.#heard();
    };
    response.on('end', end).on('error', end).on('close', end);
  }

  /** Resolves when there is a head. */
  static async open(url: string, token: string): Promise<EventStreamClient> {
    const request = get(url, { agent: false, headers: { authorization: `Bearer ${token}` } });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return new EventStreamClient(response);
  }

  /** The next event of this name that fits, and forgets those before it. Rejects when the stream ends without one. */
  async next<Name extends EventName>(event: Name, fits: (data: DataOf<Name>) => boolean = () => true) {
    for (;;) {
      const found = this.#events.findIndex((one) => one.event === event && fits(one.data as DataOf<Name>));
      const taken = found < 0 ? undefined : this.#events.splice(0, found + 1).at(-1);
      if (taken !== undefined) return taken.data as DataOf<Name>;
      if (this.#ended) throw new Error(`the stream ended without ${event}`);
      await new Promise<void>((resolve) => (this.#heard = resolve));
    }
  }

  /** Resolves when the connection has ended; whether the stream did so in good order. */
  async end(): Promise<boolean> {
    while (!this.#ended) await new Promise<void>((resolve) => (this.#heard = resolve));
    return this.response.complete;
  }

  /** Says that it reads no more. The gateway closes its own side when it has forgotten the stream: `end` waits for that. */
  close(): void {
    this.response.socket.end();
  }

  #take(chunk: string): void {
    this.#text += chunk;
    const blocks = this.#text.split('\n\n');
    this.#text = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, event, data] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
      if (event !== undefined && data !== undefined)
        this.#events.push({ event, data: JSON.parse(data) as unknown } as StreamEvent);
    }
    this.#heard();
  }
}
