import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

type Direction = 'up' | 'down';

/** A wire to a server that counts what passes, and tells when so much has. */
export class MeteredWire {
  readonly #server = createServer();
  readonly #sockets = new Set<Socket>();
  readonly #passed = { up: 0, down: 0 };
  #alarm: { readonly direction: Direction; readonly at: number; readonly ring: () => void } | null = null;

  static async start(port: number): Promise<MeteredWire> {
    const wire = new MeteredWire();
    wire.#server.on('connection', (client) => wire.#link(client, connect(port, '127.0.0.1')));
    await new Promise<void>((resolve) => wire.#server.listen(0, '127.0.0.1', resolve));
    return wire;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Bytes towards the server (`up`) or from it since the last call. */
  take(direction: Direction): number {
    const passed = this.#passed[direction];
    this.#passed[direction] = 0;
    return passed;
  }

  /** Resolves once so many more bytes have passed. */
  passed(direction: Direction, bytes: number): Promise<void> {
    return new Promise((ring) => {
      this.#alarm = { direction, at: this.#passed[direction] + bytes, ring };
    });
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #link(client: Socket, server: Socket): void {
    this.#forward(client, server, 'up');
    this.#forward(server, client, 'down');
  }

  #forward(from: Socket, to: Socket, direction: Direction): void {
    this.#sockets.add(from);
    from.on('data', (chunk) => {
      this.#passed[direction] += chunk.length;
      if (this.#alarm?.direction === direction && this.#passed[direction] >= this.#alarm.at) this.#alarm.ring();
      if (to.write(chunk)) return;
      from.pause();
      to.once('drain', () => from.resume());
    });
    from.on('end', () => to.end());
    // Each side's error ends in its close, which breaks the other side.
    from.on('error', () => undefined);
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}
