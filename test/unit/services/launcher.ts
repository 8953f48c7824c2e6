import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';
import type { Gateway } from './gateway.ts';

export type Frame = Readonly<Record<string, unknown>>;

/** A WebSocket to the gateway under test, whose frames wait to be read. */
export interface Launcher {
  readonly socket: WebSocket;
  /** The next frame that came. */
  next(): Promise<Frame>;
  /** What came and was not read. */
  readonly unread: readonly Frame[];
  send(frame: object | string): void;
  /** Why it ended; rejects never. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

export interface Connecting {
  /** Absent: a token of role user for the test's user; null: none. */
  readonly token?: string | null;
  /** Begins with `?`. */
  readonly query?: string;
  readonly protocols?: readonly string[];
  readonly options?: ClientOptions;
}

/** Connects; what it waits for next is `ready`, unless the first frame is still to be sent. */
export async function connect(gateway: Gateway, connecting: Connecting = {}): Promise<Launcher> {
  const socket = await dial(gateway, connecting);
  const unread: Frame[] = [];
  const waiting: ((frame: Frame) => void)[] = [];
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as Frame;
    const reader = waiting.shift();
    if (reader === undefined) unread.push(frame);
    else reader(frame);
  });
  const closed = once(socket, 'close').then(([code, reason]) => ({ code: code as number, reason: String(reason) }));
  await once(socket, 'open');
  return {
    socket,
    unread,
    closed,
    next: () =>
      new Promise((resolve) => {
        const frame = unread.shift();
        if (frame === undefined) waiting.push(resolve);
        else resolve(frame);
      }),
    send: (frame) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
  };
}

export interface Refusal {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Readonly<Record<string, unknown>>;
}

/** The answer to a handshake that is not granted. */
export async function refusal(gateway: Gateway, connecting: Connecting = {}): Promise<Refusal> {
  const socket = await dial(gateway, connecting);
  socket.on('error', () => undefined);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: JSON.parse(text) as Record<string, unknown>,
  };
}

async function dial(gateway: Gateway, connecting: Connecting): Promise<WebSocket> {
  const { query = '', protocols = [], options = {} } = connecting;
  const token = connecting.token === undefined ? await gateway.token(['user']) : connecting.token;
  const headers = { ...options.headers, ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
  const url = `${gateway.url.replace('http', 'ws')}/api/v1/library/ws${query}`;
  return new WebSocket(url, [...protocols], { ...options, headers });
}
