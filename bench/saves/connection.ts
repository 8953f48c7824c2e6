import { connect, type Socket } from 'node:net';

/** An answer, and how long it took in microseconds. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly micros: number;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const LENGTH = /content-length: *(\d+)/i;

/** HTTP/1.1 over a raw socket, one request under way: the generator is to cost as little as it can. */
export class Connection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #sentAt = 0;
  #waiting: PromiseWithResolvers<Answer> | null = null;
  #broken: Error | null = null;

  constructor(port: number) {
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true });
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on('error', (error) => this.#break(error));
    this.#socket.on('close', () => this.#break(new Error('connection closed')));
  }

  /** Sends a whole request. Rejects when the connection breaks. */
  send(request: Buffer | string): Promise<Answer> {
    if (this.#broken) return Promise.reject(this.#broken);
    this.#waiting = Promise.withResolvers();
    this.#sentAt = performance.now();
    this.#socket.write(request);
    return this.#waiting.promise;
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headEnd = this.#received.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const length = Number(LENGTH.exec(this.#received.toString('latin1', 0, headEnd))?.[1] ?? '0');
    const end = headEnd + HEAD_END.length + length;
    if (this.#received.length < end) return;
    const answer = this.#received.subarray(0, end);
    this.#received = this.#received.subarray(end);
    this.#waiting?.resolve({
      status: Number(answer.toString('latin1', 9, 12)),
      text: answer.toString('utf8', headEnd + HEAD_END.length),
      micros: Math.round((performance.now() - this.#sentAt) * 1_000),
    });
  }

  #break(error: Error): void {
    this.#broken ??= error;
    this.#waiting?.reject(this.#broken);
  }
}
