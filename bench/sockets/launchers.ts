/**
 * Many launchers' WebSockets in one process (`fork`), each with a heartbeat a minute, spread over the minute. Tells its
 * parent what it hears, and when.
 */
import { WebSocket } from 'ws';
import { BASE_PATH } from '../../lib/contract/endpoints.ts';
import { SOCKET_PATH } from '../../lib/contract/frames.ts';

export interface LaunchersOrder {
  /** Where the gateway is: `ws://127.0.0.1:8080`. */
  readonly url: string;
  readonly launchers: readonly { readonly token: string; readonly sessionId: string }[];
  readonly heartbeatMs: number;
}

export type LaunchersMessage =
  | { readonly kind: 'ready'; readonly count: number }
  /** `at`: ms since the Unix epoch, with fractions. */
  | { readonly kind: 'news'; readonly launcher: number; readonly gameId: string; readonly at: number }
  | { readonly kind: 'tally'; readonly beats: number; readonly refused: number; readonly gone: number };

/** Handshakes under way at once: more would wait in the queue of the listening port. */
const DIALS = 256;

const tell = (message: LaunchersMessage): void => void process.send?.(message);

async function run({ url, launchers, heartbeatMs }: LaunchersOrder): Promise<void> {
  let beats = 0;
  let refused = 0;
  let gone = 0;
  const dial = (index: number): Promise<WebSocket> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`${url}${BASE_PATH}${SOCKET_PATH}`, {
        headers: { authorization: `Bearer ${launchers[index]?.token}` },
        perMessageDeflate: false,
      });
      socket.on('open', () => socket.send('{"type":"resume","last_id":null}'));
      socket.on('message', (data: Buffer) => {
        const at = performance.timeOrigin + performance.now();
        const frame = JSON.parse(data.toString()) as { event?: string; status?: number; data?: { game_id?: string } };
        if (frame.event === 'ready') resolve(socket);
        if (frame.event === 'library.updated')
          tell({ kind: 'news', launcher: index, gameId: frame.data?.game_id ?? '', at });
        if (frame.status === 200) beats += 1;
        else if (frame.status !== undefined) refused += 1;
      });
      socket.on('error', reject);
      socket.on('close', () => void (gone += 1));
    });

  const indices = launchers.keys();
  let count = 0;
  await Promise.all(
    Array.from({ length: DIALS }, async () => {
      for (const index of indices) {
        const socket = await dial(index);
        const session_id = launchers[index]?.sessionId;
        let seq = 0;
        const beat = (): void => {
          seq += 1;
          if (socket.readyState === WebSocket.OPEN)
            socket.send(JSON.stringify({ type: 'heartbeat', ref: seq, session_id, seq }));
          setTimeout(beat, heartbeatMs);
        };
        setTimeout(beat, Math.random() * heartbeatMs);
        count += 1;
        if (count % 1000 === 0) tell({ kind: 'ready', count });
      }
    }),
  );
  tell({ kind: 'ready', count });
  process.on('message', () => tell({ kind: 'tally', beats, refused, gone }));
}

process.once('message', (order: LaunchersOrder) => {
  run(order).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
process.once('disconnect', () => process.exit(0));
