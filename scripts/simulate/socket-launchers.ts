import type { LibraryClient } from '../client/library-client.ts';
import { LibrarySocket } from '../client/library-socket.ts';
import type { LauncherOptions } from './launcher.ts';

/** How long news may take to arrive when the last beat was answered, ms. */
const LAST_NEWS_MS = 3_000;

/** The launchers of a simulation that use the WebSocket, and what they heard. */
export class SocketLaunchers {
  readonly #sockets: LibrarySocket[] = [];
  readonly #heard = new Map<string, number>();
  readonly #ready = new Map<string, number>();
  readonly #gone = new Map<number, number>();

  /** What a launcher plays through: beats over a socket, all else over REST. */
  add(url: () => string, token: string, rest: LibraryClient): LauncherOptions['client'] {
    const socket = new LibrarySocket({
      url,
      token: () => token,
      rest,
      onNews: ({ event }) => count(this.#heard, event),
      onReady: ({ data }) => count(this.#ready, data.resume),
      onGone: (code) => count(this.#gone, code),
    });
    this.#sockets.push(socket);
    socket.open();
    return {
      start: (body) => rest.start(body),
      heartbeat: (body) => socket.heartbeat(body),
      end: (body) => socket.end(body),
    };
  }

  /** Hears the last news, and closes. */
  async settle(): Promise<void> {
    if (this.#sockets.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, LAST_NEWS_MS));
    for (const socket of this.#sockets) socket.close();
  }

  /** For people; no line when there were no sockets. */
  report(): readonly string[] {
    if (this.#sockets.length === 0) return [];
    const list = (counts: ReadonlyMap<string | number, number>): string =>
      [...counts].map(([name, times]) => `${times} x ${name}`).join(', ') || 'none';
    return [
      `${this.#sockets.length} sockets; ready: ${list(this.#ready)}; gone before the end: ${list(this.#gone)}`,
      `  news heard: ${list(this.#heard)}`,
    ];
  }
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
