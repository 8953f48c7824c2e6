import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** `up`: from the client to the server. */
export type Direction = 'up' | 'down';

interface Link {
  readonly client: Socket;
  readonly server: Socket;
}

/**
 * A wire between one process and one server that can be cut in one direction only: the connection stays, and what is
 * sent that way does not arrive. When the wire is mended, what was held back arrives late (as TCP would have it), or the
 * connection breaks.
 */
export class TcpProxy {
  readonly #server: Server;
  readonly #links = new Set<Link>();
  #cut: Direction | null = null;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
    const server = createServer();
    const proxy = new TcpProxy(server);
    server.on('connection', (client) => proxy.#link(client, connect(target.port, target.host)));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Nothing that is sent in this direction arrives any more, on old connections and new ones. */
  cut(direction: Direction): void {
    this.#cut = direction;
    for (const link of this.#links) source(link, direction).pause();
  }

  /** @param broken whether the connections break instead of delivering what was held back */
  mend(broken: boolean): void {
    const direction = this.#cut;
    this.#cut = null;
    if (direction === null) return;
    for (const link of [...this.#links]) {
      if (broken) this.#break(link);
      else source(link, direction).resume();
    }
  }

  async close(): Promise<void> {
    for (const link of [...this.#links]) this.#break(link);
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #link(client: Socket, server: Socket): void {
    const link = { client, server };
    this.#links.add(link);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.setNoDelay(true);
      // Not pipe(): that would resume a paused source when the other side drains.
      from.on('data', (chunk) => void to.write(chunk));
      from.on('end', () => to.end());
      // Each side's error ends in its close, which breaks the other side.
      from.on('error', () => undefined);
      from.on('close', () => this.#break(link));
    }
    if (this.#cut !== null) source(link, this.#cut).pause();
  }

  #break(link: Link): void {
    this.#links.delete(link);
    link.client.destroy();
    link.server.destroy();
  }
}

function source({ client, server }: Link, direction: Direction): Socket {
  return direction === 'up' ? client : server;
}
