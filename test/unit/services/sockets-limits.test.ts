import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { signDevToken } from '../../../lib/auth/dev-token.ts';
import { configFrom } from '../../../lib/config/load.ts';
import { mustUuidKey } from '../../../lib/uuid.ts';
import { beaten, GAME, ME, SESSION, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';
import { connect } from './launcher.ts';
import type { Connecting, Launcher } from './launcher.ts';

const USER = mustUuidKey(ME);
const ENV = {
  JWT_CLOCK_TOLERANCE_SECONDS: '0',
  SOCKETS_FRAMES_PER_SECOND: '5',
  SOCKETS_PING_INTERVAL_SECONDS: '1',
  SOCKETS_MAX_BUFFERED_BYTES: '16384',
  SOCKETS_RECONNECT_SPREAD_MS: '5000',
};

describe('the bounds of the WebSocket', () => {
  let gateway: Gateway;
  const open: Launcher[] = [];

  beforeAll(async () => {
    gateway = await startGateway({ env: ENV });
  });
  afterEach(async () => {
    gateway.engine = async (command) => beaten(command);
    for (const { socket, closed } of open.splice(0)) {
      socket.terminate();
      await closed;
    }
  });
  afterAll(() => gateway.stop());

  const connected = async (connecting: Connecting = {}): Promise<Launcher> => {
    const launcher = await connect(gateway, connecting);
    open.push(launcher);
    return launcher;
  };
  const begun = async (connecting: Connecting = {}): Promise<Launcher> => {
    const launcher = await connected(connecting);
    launcher.send({ type: 'resume', last_id: null });
    await launcher.next();
    return launcher;
  };
  const tokenFor = (ttlSeconds: number): Promise<string> =>
    signDevToken(configFrom('', ENV).auth, { userId: ME, roles: ['user'], ttlSeconds }, Date.now());

  it('ends a socket that sends a frame above 4 KiB with 1009', async () => {
    const launcher = await connected();
    launcher.send('x'.repeat(4097));
    expect((await launcher.closed).code).toBe(1009);
  });

  it('ends a socket that sends many fragments of one message', async () => {
    const launcher = await connected();
    for (let part = 0; part < 20; part += 1) launcher.socket.send('x', { fin: false });
    expect((await launcher.closed).code).toBe(1008);
  });

  it('ends a socket that sends binary with 1003', async () => {
    const launcher = await connected();
    launcher.socket.send(Buffer.from('{}'));
    expect((await launcher.closed).code).toBe(1003);
  });

  it('refuses frames above the rate with 429, and ends the socket with 4029 when it goes on', async () => {
    const launcher = await begun();
    for (let seq = 1; seq <= 30; seq += 1) launcher.send({ type: 'heartbeat', ref: seq, session_id: SESSION, seq });
    expect((await launcher.closed).code).toBe(4029);
    const refused = launcher.unread.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({ body: { code: 'RATE_LIMITED' }, retry_after_ms: expect.any(Number) });
  });

  it('ends a socket that floods with pings', async () => {
    const launcher = await begun();
    for (let count = 0; count < 30; count += 1) launcher.socket.ping();
    expect((await launcher.closed).code).toBe(4029);
  });

  it('ends a socket with 4001 when its token ends', async () => {
    const launcher = await begun({ token: await tokenFor(2) });
    expect(await launcher.closed).toEqual({ code: 4001, reason: 'the token has ended' });
  });

  it('lets a socket go on that showed a newer token in time', async () => {
    const launcher = await begun({ token: await tokenFor(2) });
    launcher.send({ type: 'authenticate', ref: 1, token: await tokenFor(4) });
    const began = Date.now();
    await launcher.closed;
    expect(Date.now() - began).toBeGreaterThan(2500);
  });

  it('pings, and cuts a socket that does not answer', async () => {
    const launcher = await begun();
    await once(launcher.socket, 'ping');
    const silent = await connected({ options: { autoPong: false } });
    expect((await silent.closed).code).toBe(1006);
    expect(launcher.socket.readyState).toBe(WebSocket.OPEN);
  });

  it('ends a launcher that does not take out its news with 4008', async () => {
    const launcher = await begun();
    launcher.socket.pause();
    const data = { change: 'updated', game_id: GAME, text: 'x'.repeat(2000) };
    const isSlow = async (): Promise<boolean> => /library_sockets_slow_total\S* 1$/m.test(await metrics());
    // The system takes in some megabytes before anything waits here.
    while (!(await isSlow())) {
      for (let count = 0; count < 2000; count += 1) gateway.feed.tell(USER, 'library.updated', data, false);
    }
    launcher.socket.resume();
    expect((await launcher.closed).code).toBe(4008);
    expect(gateway.feed.followers.size).toBe(0);
  }, 30_000);

  it('lets what was missed wait for a launcher that is only not that fast', async () => {
    const before = await begun();
    gateway.feed.tell(USER, 'library.updated', { change: 'first' });
    const { id } = await before.next();
    before.socket.terminate();
    await before.closed;
    for (let count = 0; count < 900; count += 1) {
      gateway.feed.tell(USER, 'library.updated', { change: String(count), text: 'x'.repeat(500) });
    }
    const launcher = await connected({ query: `?last_id=${String(id)}` });
    expect(await launcher.next()).toMatchObject({ event: 'ready', data: { resume: 'resumed' } });
    for (let count = 0; count < 900; count += 1) {
      expect(await launcher.next()).toMatchObject({ data: { change: String(count) } });
    }
  });

  it('counts what is open, what goes in and out, and why sockets end', async () => {
    const launcher = await begun();
    launcher.send({ type: 'heartbeat', ref: 1, session_id: SESSION, seq: 1 });
    await launcher.next();
    const shows = async (pattern: RegExp): Promise<void> => {
      while (!pattern.test(await metrics())) await once(launcher.socket, 'ping');
    };
    await shows(/library_sockets_open\S* 1$/m);
    await shows(/library_sockets_frames_total\S*direction="in",type="heartbeat"\S* [1-9]/);
    await shows(/library_sockets_frames_total\S*direction="out",type="reply"\S* [1-9]/);
    await shows(/library_sockets_closed_total\S*code="4029"\S* [1-9]/);
    await shows(/library_sockets_resumed_total\S*outcome="fresh"\S* [1-9]/);
    await shows(/library_sockets_beat_duration_seconds_count\S*type="heartbeat"/);
  }, 20_000);

  const metrics = async (): Promise<string> => (await fetch(`${gateway.url}/metrics`)).text();
});

describe('a gateway that leaves', () => {
  it('answers what is under way, then lets everybody go with a time to come back, and takes nobody in', async () => {
    const gateway = await startGateway({ env: ENV });
    const [idle, busy] = await Promise.all([connect(gateway), connect(gateway)]);
    let answer = (): void => {};
    const asked = new Promise<void>((resolve) => {
      gateway.engine = (command) =>
        new Promise((reply) => {
          answer = () => reply(beaten(command));
          resolve();
        });
    });
    busy.send({ type: 'heartbeat', ref: 'last', session_id: SESSION, seq: 1 });
    await asked;
    const drained = gateway.api.drain();
    const gone = await idle.closed;
    expect(gone.code).toBe(1012);
    expect(JSON.parse(gone.reason)).toEqual({ retry_after_ms: expect.any(Number) });
    expect(busy.unread.filter(({ type }) => type === 'reply')).toEqual([]);
    answer();
    expect((await busy.closed).code).toBe(1012);
    expect(busy.unread).toContainEqual(expect.objectContaining({ ref: 'last', status: 200 }));
    await drained;
    await gateway.stop();
  });
});
