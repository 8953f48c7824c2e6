import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { RawConnection } from '../raw-connection.ts';
import { ATTACKER, attackedProduct, LEAKS, START_MS, VICTIM, type AttackedProduct } from './attacked-product.ts';

const GAME = '00000000-0000-7000-8000-0000000a0001';
const DEVICE = '0198f2b4-0c00-7000-8000-0000000000d1';

interface Opened {
  readonly socket: WebSocket;
  readonly frames: Record<string, unknown>[];
  readonly closed: Promise<number>;
}

describe('WebSockets that mean no good', () => {
  let attacked: AttackedProduct;
  const open: WebSocket[] = [];
  beforeAll(async () => {
    attacked = await attackedProduct({ LIMITS_USER_PER_SECOND: '10', LIMITS_USER_BURST: '200' });
  }, START_MS);
  afterAll(async () => {
    for (const socket of open) socket.terminate();
    await attacked.remove();
  }, START_MS);

  const address = (): string => `${attacked.url.replace('http', 'ws')}/api/v1/library/ws`;

  async function dial(
    user: string,
    options: { origin?: string; token?: string; offer?: boolean } = {},
  ): Promise<WebSocket> {
    const authorization = `Bearer ${options.token ?? (await attacked.tokenOf(user))}`;
    const origin = options.origin === undefined ? {} : { origin: options.origin };
    const socket = new WebSocket(address(), {
      headers: { authorization },
      perMessageDeflate: options.offer ?? false,
      ...origin,
    });
    socket.on('error', () => undefined);
    open.push(socket);
    return socket;
  }
  async function opened(user = ATTACKER): Promise<Opened> {
    const socket = await dial(user, { offer: true });
    const frames: Record<string, unknown>[] = [];
    socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString()) as Record<string, unknown>));
    const closed = once(socket, 'close').then(([code]) => code as number);
    await once(socket, 'open');
    return { socket, frames, closed };
  }
  async function refusedWith(user: string, options: Parameters<typeof dial>[1] = {}): Promise<number> {
    const socket = await dial(user, options);
    const [, response] = (await once(socket, 'unexpected-response')) as [
      unknown,
      { statusCode?: number; destroy(): void },
    ];
    response.destroy();
    return response.statusCode ?? 0;
  }
  const isAlive = async () =>
    expect((await attacked.send('/', { token: await attacked.tokenOf(VICTIM) })).status).toBe(200);

  it.each(['https://evil.example', 'null', 'http://localhost:1', 'file://', `http://127.0.0.1.evil.example`])(
    'opened by a page of %s are refused before anything else: a browser sends what it has along with them',
    async (origin) => {
      expect(await refusedWith(ATTACKER, { origin })).toBe(403);
    },
  );

  it('with the origin of the very host are taken', async () => {
    const socket = await dial(ATTACKER, { origin: attacked.url });
    await once(socket, 'open');
    socket.terminate();
  });

  it('with a forged, foreign or missing token are refused', async () => {
    for (const token of ['a.b.c', '', 'null']) expect(await refusedWith(ATTACKER, { token })).toBe(401);
    expect(await refusedWith(ATTACKER, { token: await attacked.tokenOf(ATTACKER, ['service']) })).toBe(403);
  });

  it('never speak with compression: what is small on the wire cannot become large here', async () => {
    const { socket } = await opened();
    expect(socket.extensions).toBe('');
    socket.terminate();
  });

  it.each([
    ['a huge frame', (socket: WebSocket) => socket.send('x'.repeat(5_000_000)), [1009]],
    [
      'many small fragments',
      (socket: WebSocket) => Array.from({ length: 5000 }, () => socket.send('x', { fin: false })),
      [1008, 1009],
    ],
    ['binary', (socket: WebSocket) => socket.send(Buffer.alloc(10)), [1003]],
    ['a flood of beats', (socket: WebSocket) => flood(socket, '{"type":"heartbeat","session_id":"x","seq":1}'), [4029]],
    ['a flood of garbage', (socket: WebSocket) => flood(socket, '{'), [4029]],
    ['a flood of pings', (socket: WebSocket) => Array.from({ length: 5000 }, () => socket.ping()), [4029]],
    [
      'a flood of wrong tokens',
      (socket: WebSocket) => flood(socket, '{"type":"authenticate","ref":1,"token":"a.b.c"}'),
      [4029],
    ],
  ] as const)('that send %s are closed, and others do not notice', async (_what, attack, codes) => {
    const { socket, frames, closed } = await opened();
    attack(socket);
    expect(codes).toContain(await closed);
    for (const frame of frames) expect(JSON.stringify(frame)).not.toMatch(LEAKS);
    await isAlive();
  });

  it.each([
    ['without a token', 'GET', []],
    [
      'with a key that is none',
      'GET',
      ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: x', 'Authorization: Bearer valid'],
    ],
    [
      'as it should be',
      'GET',
      ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Authorization: Bearer valid'],
    ],
  ] as const)(
    'asked for behind a request that is not answered yet, %s, end the connection and nothing else',
    async (_what, method, headers) => {
      const raw = new RawConnection(attacked.url);
      const valid = await attacked.tokenOf(VICTIM);
      const list = ['GET /api/v1/library/ HTTP/1.1', 'Host: x', `Authorization: Bearer ${valid}`, '', ''];
      const socket = [
        ...[`${method} /api/v1/library/ws HTTP/1.1`, 'Host: x', 'Connection: Upgrade', 'Upgrade: websocket'],
        ...headers.map((header) => header.replace('valid', valid)),
        ...['', ''],
      ];
      await raw.send([...list, ...list].join('\r\n') + socket.join('\r\n'));
      expect(await raw.closed()).not.toMatch(/ 101 /);
      await isAlive();
    },
  );

  it.each([
    ['an unmasked frame', Buffer.from([0x81, 0x02, 0x7b, 0x7d])],
    ['a reserved bit', Buffer.from([0xc1, 0x82, 0, 0, 0, 0, 0x7b, 0x7d])],
    ['an opcode that is none', Buffer.from([0x83, 0x82, 0, 0, 0, 0, 0x7b, 0x7d])],
    ['text that is not UTF-8', Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe])],
    ['a long ping', Buffer.concat([Buffer.from([0x89, 0xfe, 0x0f, 0xff, 0, 0, 0, 0]), Buffer.alloc(4095)])],
    [
      'a length of nine exabytes',
      Buffer.from([0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]),
    ],
  ])('that send %s are closed by the protocol', async (_what, bytes) => {
    const raw = new RawConnection(attacked.url);
    await raw.send(
      [
        ...['GET /api/v1/library/ws HTTP/1.1', 'Host: x', 'Connection: Upgrade', 'Upgrade: websocket'],
        ...['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='],
        ...[`Authorization: Bearer ${await attacked.tokenOf(VICTIM)}`, '', ''],
      ].join('\r\n'),
    );
    await raw.until('101 Switching Protocols');
    await raw.send(bytes);
    await raw.closed();
    await isAlive();
  });

  it('that begin another protocol, or never finish the handshake, are let go', async () => {
    const raw = new RawConnection(attacked.url);
    await raw.send(
      'GET /api/v1/library/ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Slow: ',
    );
    expect(await raw.closed()).toContain('408');
    await isAlive();
  });

  it("beat in another user's session in vain, and cannot become another user on the way", async () => {
    const admin = await attacked.tokenOf(ATTACKER, ['admin']);
    await attacked.send(`/admin/users/${VICTIM}/games`, { token: admin, json: { game_id: GAME, source: 'gift' } });
    const token = await attacked.tokenOf(VICTIM);
    const started = await attacked.send('/playtime/start', { token, json: { game_id: GAME, device_id: DEVICE } });
    const session_id = started.body['session_id'];
    const { socket, frames } = await opened();
    const reply = async (frame: object): Promise<Record<string, unknown>> => {
      const ref = frames.length + 1000;
      socket.send(JSON.stringify({ ...frame, ref }));
      for (;;) {
        const found = frames.find((one) => one['ref'] === ref);
        if (found !== undefined) return found;
        await once(socket, 'message');
      }
    };
    expect((await reply({ type: 'heartbeat', session_id, seq: 9 }))['status']).toBeGreaterThanOrEqual(400);
    expect((await reply({ type: 'end', session_id, seq: 9 }))['status']).toBeGreaterThanOrEqual(400);
    expect((await reply({ type: 'authenticate', token }))['status']).toBe(403);
    for (const more of [{ user_id: VICTIM }, { __proto__: null, roles: ['admin'] }, { traceparent: 'x' }]) {
      expect((await reply({ type: 'heartbeat', session_id, seq: 10, ...more }))['status']).toBe(422);
    }
    const live = await attacked.send('/playtime/live', { token });
    expect(live.body['items']).toMatchObject([{ session_id, status: 'live' }]);
    socket.terminate();
  });

  it('of one user are so many and no more, and a storm of handshakes meets the limit of the user', async () => {
    const many = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const socket = await dial(ATTACKER);
        return Promise.race([
          once(socket, 'open').then(() => 101),
          once(socket, 'unexpected-response').then(([, response]) => (response as { statusCode: number }).statusCode),
        ]);
      }),
    );
    expect(many.filter((status) => status === 101).length).toBeLessThanOrEqual(8);
    expect(many.filter((status) => status !== 101).every((status) => status === 429)).toBe(true);
    expect((await attacked.raw('/metrics')).text).toMatch(
      /library_limits_refused_total\{[^}]*limit="user"[^}]*\} [1-9]/,
    );
    await isAlive();
  });
});

function flood(socket: WebSocket, text: string): void {
  for (let count = 0; count < 5000; count += 1) socket.send(text);
}
