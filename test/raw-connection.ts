import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** One connection, as rough as a client may be: what is sent is sent as it is, and what comes is kept as text. */
export class RawConnection {
  received = '';
  readonly #socket: Socket;
  readonly #closed: Promise<void>;
  #look: (() => void) | null = null;

  constructor(origin: string) {
    const { hostname, port } = new URL(origin);
    this.#socket = connect(Number(port), hostname);
    this.#socket.on('data', (bytes: Buffer) => {
      this.received += bytes.toString('latin1');
      this.#look?.();
    });
    // How it ends is for the test to see by what was received.
    this.#socket.on('error', () => undefined);
    this.#closed = new Promise((resolve) => this.#socket.once('close', () => resolve()));
    void this.#closed.then(() => this.#look?.());
  }

  /** Resolves when the system has taken it. */
  async send(...pieces: readonly (string | Uint8Array)[]): Promise<void> {
    for (const piece of pieces) if (!this.#socket.write(piece)) await once(this.#socket, 'drain');
  }

  /** Resolves with what was received as soon as this is in it; rejects when the connection ends before. */
  async until(text: string): Promise<string> {
    while (!this.received.includes(text)) {
      if (this.#socket.closed) throw new Error(`the connection ended after: ${this.received}`);
      await new Promise<void>((resolve) => (this.#look = resolve));
    }
    return this.received;
  }

  /** Takes nothing more in, until it is closed. */
  pause(): void {
    this.#socket.pause();
  }

  get isClosed(): boolean {
    return this.#socket.closed;
  }

  /** Resolves when the connection is gone, with all that was received. */
  async closed(): Promise<string> {
    await this.#closed;
    return this.received;
  }

  /** As a process that dies. */
  die(): void {
    this.#socket.resetAndDestroy();
  }
}

/** The head of a request for this URL. */
export function headOf(method: string, url: string, headers: Readonly<Record<string, string | number>> = {}): string {
  const { host, pathname, search } = new URL(url);
  const lines = Object.entries({ Host: host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n`;
}
