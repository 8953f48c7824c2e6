import { createConnection } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { RawConnection } from '../../raw-connection.ts';
import type { Launcher } from './launcher.ts';
import { connect, refusal } from './launcher.ts';
import { ME, OTHER, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

describe('the handshake of the WebSocket', () => {
  let gateway: Gateway;
  const open: Launcher[] = [];
  const connected = async (...[connecting]: Parameters<typeof connect> extends [unknown, ...infer R] ? R : never) => {
    const launcher = await connect(gateway, connecting);
    open.push(launcher);
    return launcher;
  };

  beforeAll(async () => {
    gateway = await startGateway({ env: { SOCKETS_MAX_PER_USER: '2', SOCKETS_MAX_PER_NODE: '3' } });
  });
  afterEach(async () => {
    for (const { socket, closed } of open.splice(0)) {
      socket.terminate();
      await closed;
    }
    // The gateway hears of it a moment later.
    while (gateway.feed.followers.size > 0) await new Promise((resolve) => void setImmediate(resolve));
  });
  afterAll(() => gateway.stop());

  it('takes the token of a launcher from the header', async () => {
    const launcher = await connected();
    launcher.send({ type: 'resume', last_id: null });
    expect(await launcher.next()).toMatchObject({
      event: 'ready',
      data: { resume: 'fresh', heartbeat_interval_seconds: 60, ping_interval_seconds: 30, heartbeats_under_way: 32 },
    });
    expect(launcher.socket.protocol).toBe('');
  });

  it('takes the token of a page from the subprotocols, and answers with ours alone', async () => {
    const protocols = ['library.v1', `bearer.${await gateway.token(['user'])}`];
    const { host } = new URL(gateway.url);
    const launcher = await connected({ token: null, protocols, options: { origin: `http://${host}` } });
    expect(launcher.socket.protocol).toBe('library.v1');
  });

  it.each([
    ['no token', { token: null }, 401, 'UNAUTHENTICATED', 'Bearer realm="library"'],
    ['a token of nobody', { token: 'a.b.c' }, 401, 'UNAUTHENTICATED', 'Bearer realm="library", error="invalid_token"'],
    ['a page of another host', { options: { origin: 'https://evil.example' } }, 403, 'FORBIDDEN', undefined],
    ['an id that is none', { query: '?last_id=never' }, 422, 'VALIDATION_ERROR', undefined],
    ['a query it does not know', { query: '?token=x' }, 422, 'VALIDATION_ERROR', undefined],
  ])('refuses %s with a problem document and never upgrades', async (_what, connecting, status, code, challenge) => {
    const answer = await refusal(gateway, connecting);
    expect([answer.status, answer.body['status'], answer.body['code']]).toEqual([status, status, code]);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.headers['www-authenticate']).toBe(challenge);
    expect(answer.body['trace_id']).toBe(answer.headers['x-trace-id']);
  });

  it.each([
    [['service'], 403],
    [['support'], 403],
    [[], 403],
  ] as const)('refuses the roles %j', async (roles, status) => {
    expect((await refusal(gateway, { token: await gateway.token(roles) })).status).toBe(status);
  });

  it('takes admins in for their own data', async () => {
    const launcher = await connected({ token: await gateway.token(['admin']) });
    launcher.send({ type: 'resume', last_id: null });
    expect(await launcher.next()).toMatchObject({ event: 'ready' });
  });

  it('refuses a user who has too many sockets here with 429, until one of them ends', async () => {
    const first = await connected();
    await connected();
    const refused = await refusal(gateway);
    expect([refused.status, refused.body['code']]).toEqual([429, 'RATE_LIMITED']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    first.socket.close();
    await first.closed;
    await connected();
  });

  it('refuses everybody with 503 when the node is full', async () => {
    await Promise.all([connected(), connected()]);
    await connected({ token: await gateway.token(['user'], OTHER) });
    const refused = await refusal(gateway, { token: await gateway.token(['user'], OTHER) });
    expect([refused.status, refused.body['code']]).toEqual([503, 'UNAVAILABLE']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('answers a plain GET of the path with 426', async () => {
    const plain = await gateway.request('/ws');
    expect([plain.status, plain.body['code']]).toEqual([426, 'UPGRADE_REQUIRED']);
    expect(plain.headers.get('upgrade')).toBe('websocket');
  });

  const over = async (...lines: string[]): Promise<string> => {
    const { hostname, port } = new URL(gateway.url);
    const socket = createConnection({ host: hostname, port: Number(port) });
    socket.end([...lines, 'Host: localhost', '', ''].join('\r\n'));
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    return text;
  };

  it('answers requests that offer another protocol as if they did not', async () => {
    const text = await over('GET /health/live HTTP/1.1', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c');
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  it.each([
    ['an unknown version', 'GET', 'Sec-WebSocket-Version: 7', 'Version'],
    ['another method', 'POST', 'Sec-WebSocket-Version: 13', 'method'],
  ])('refuses %s with a problem document', async (_what, method, version, detail) => {
    const text = await over(
      `${method} /api/v1/library/ws HTTP/1.1`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      version,
      `Authorization: Bearer ${await gateway.token(['user'])}`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(head).toContain('application/problem+json');
    expect(JSON.parse(body)).toMatchObject({ code: 'MALFORMED_REQUEST', detail: expect.stringContaining(detail) });
  });

  it('hangs up on whom it refused, also when they do not', async () => {
    const raw = new RawConnection(gateway.url);
    const head = ['GET /api/v1/library/ws HTTP/1.1', 'Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket'];
    await raw.send([...head, '', ''].join('\r\n'));
    expect(await raw.closed()).toContain('401');
  });

  it('has answered for the user of the token', async () => {
    const launcher = await connected();
    launcher.send({ type: 'heartbeat', ref: 1, session_id: ME, seq: 1 });
    await launcher.next();
    expect(gateway.asked.at(-1)).toMatchObject({ user: ME });
  });
});
