import { Readable } from 'node:stream';
import type { Clock } from '../ports/clock.ts';

/** Proxies and clients take a connection for dead on which nothing comes. */
const KEEP_ALIVE_MS = 15_000;

/** One event as it is sent, by the rules of https://html.spec.whatwg.org/multipage/server-sent-events.html. */
export function eventText(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Server-Sent Events on their way to one client. Whoever does not take them is cut off, and comes back when it can. */
export class EventLines extends Readable {
  readonly #maxBufferedBytes: number;
  #cancel: () => void;

  /** @param maxBufferedBytes what may wait to be taken, beside what is in the connection already */
  constructor(clock: Clock, maxBufferedBytes: number) {
    super({ read: () => undefined });
    this.#maxBufferedBytes = maxBufferedBytes;
    const keepAlive = (): void => {
      this.#cancel = clock.after(KEEP_ALIVE_MS, keepAlive);
      this.write(':\n\n');
    };
    this.#cancel = clock.after(KEEP_ALIVE_MS, keepAlive);
    this.once('close', () => this.#cancel());
  }

  get open(): boolean {
    return !this.destroyed && !this.readableEnded && !this.#finished;
  }

  #finished = false;

  send(event: string, data: unknown): void {
    this.write(eventText(event, data));
  }

  /** Text of whole events: what many hear is made once. */
  write(text: string): void {
    if (!this.open) return;
    if (this.readableLength + text.length > this.#maxBufferedBytes) return void this.destroy();
    this.push(text);
  }

  /** Ends in good order: what was sent still arrives. */
  finish(): void {
    if (!this.open) return;
    this.#finished = true;
    this.#cancel();
    this.push(null);
  }
}
