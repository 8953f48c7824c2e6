import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { positionId } from '../../../lib/sockets/position-id.ts';
import { mustUuidKey } from '../../../lib/uuid.ts';
import { GAME, ME, OTHER, SESSION, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';
import { connect } from './launcher.ts';
import type { Connecting, Launcher } from './launcher.ts';

const USER = mustUuidKey(ME);

describe('news over the WebSocket', () => {
  let gateway: Gateway;
  const open: Launcher[] = [];

  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterEach(async () => {
    gateway.feed.away = false;
    gateway.feed.gate = null;
    for (const { socket, closed } of open.splice(0)) {
      socket.terminate();
      await closed;
    }
    while (gateway.feed.followers.size > 0) await new Promise((resolve) => void setImmediate(resolve));
  });
  afterAll(() => gateway.stop());

  const connected = async (connecting: Connecting = {}): Promise<Launcher> => {
    const launcher = await connect(gateway, connecting);
    open.push(launcher);
    return launcher;
  };
  const resumed = async (lastId: unknown): Promise<Launcher> => {
    const launcher = await connected();
    launcher.send({ type: 'resume', last_id: lastId });
    return launcher;
  };
  const tell = (change: string): void => void gateway.feed.tell(USER, 'library.updated', { change, game_id: GAME });

  it('begins with ready and goes on with what happens, each event with an id, a time and its data', async () => {
    const launcher = await resumed(null);
    expect(await launcher.next()).toMatchObject({ event: 'ready', data: { resume: 'fresh' } });
    tell('added');
    expect(await launcher.next()).toEqual({
      event: 'library.updated',
      id: expect.stringMatching(/^[0-9a-z.]+$/),
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      data: { change: 'added', game_id: GAME },
    });
  });

  it('tells nobody else', async () => {
    const other = await connected({ token: await gateway.token(['user'], OTHER) });
    other.send({ type: 'resume', last_id: null });
    await other.next();
    const launcher = await resumed(null);
    await launcher.next();
    tell('added');
    await launcher.next();
    other.send({ type: 'heartbeat', ref: 1, session_id: SESSION, seq: 1 });
    expect(await other.next()).toMatchObject({ type: 'reply' });
  });

  it.each(['the first frame', 'the handshake'])(
    'resumes by %s: ready, what was missed, then what happens',
    async (by) => {
      const before = await resumed(null);
      await before.next();
      tell('one');
      const { id } = await before.next();
      before.socket.close();
      await before.closed;
      tell('two');
      tell('three');
      const launcher =
        by === 'the first frame' ? await resumed(id) : await connected({ query: `?last_id=${String(id)}` });
      const ready = await launcher.next();
      expect(ready).toMatchObject({ event: 'ready', id, data: { resume: 'resumed' } });
      tell('four');
      const heard = [await launcher.next(), await launcher.next(), await launcher.next(), await launcher.next()];
      expect(heard.map(({ event, data }) => (data as { change?: string } | undefined)?.change ?? event)).toEqual([
        'two',
        'three',
        'position',
        'four',
      ]);
    },
  );

  it('resumes from any id that it gave, the one of a position too', async () => {
    const before = await resumed(null);
    await before.next();
    for (const { listener } of gateway.feed.followers) listener.position(gateway.feed.here());
    const position = await before.next();
    expect(position).toEqual({ event: 'position', id: expect.any(String), time: expect.any(String) });
    tell('missed');
    const launcher = await resumed(position['id']);
    await launcher.next();
    expect(await launcher.next()).toMatchObject({ data: { change: 'missed' } });
  });

  it('passes on what was said once while the news were looked up, also to a launcher that begins', async () => {
    const data = { game_id: GAME, session_id: SESSION, ends_at: null, reason: 'owner_plays' };
    const news = { number: null, at: Date.now(), event: 'playtime.warning', data } as const;
    for (const from of ['new', 'back'] as const) {
      gateway.feed.saidMeanwhile = [{ news, position: gateway.feed.here() }];
      const launcher = await resumed(from === 'new' ? null : positionId(gateway.feed.here()));
      expect(await launcher.next()).toMatchObject({ event: 'ready' });
      expect(await launcher.next()).toMatchObject({ event: 'playtime.warning', data });
    }
  });

  it('says reset when nobody knows what was missed', async () => {
    const before = await resumed(null);
    const { id } = await before.next();
    tell('forgotten');
    gateway.feed.forget();
    const launcher = await resumed(id);
    expect(await launcher.next()).toMatchObject({ event: 'ready', data: { resume: 'reset' } });
    tell('heard');
    expect(await launcher.next()).toMatchObject({ data: { change: 'heard' } });
  });

  it('says reset on a running socket when its node was cut off for too long', async () => {
    const launcher = await resumed(null);
    await launcher.next();
    for (const { listener } of gateway.feed.followers) listener.reset(gateway.feed.here());
    expect(await launcher.next()).toMatchObject({ event: 'ready', data: { resume: 'reset' } });
  });

  it('answers an id that is none with a problem, and begins fresh', async () => {
    const launcher = await resumed('zz');
    expect(await launcher.next()).toMatchObject({ status: 422, body: { errors: [{ field: 'last_id' }] } });
    expect(await launcher.next()).toMatchObject({ event: 'ready', data: { resume: 'fresh' } });
  });

  it('begins fresh with any other first frame, and resumes no more then', async () => {
    const launcher = await connected();
    launcher.send({ type: 'heartbeat', ref: 1, session_id: SESSION, seq: 1 });
    const first = [await launcher.next(), await launcher.next()];
    expect(first.map((frame) => frame['event'] ?? frame['ref']).sort()).toEqual([1, 'ready']);
    launcher.send({ type: 'resume', last_id: null });
    expect(await launcher.next()).toMatchObject({ ref: null, status: 409, body: { code: 'CONFLICT' } });
  });

  it('begins fresh when it hears nothing for a while', async () => {
    const hasty = await startGateway({ env: { SOCKETS_BEGIN_MS: '1' } });
    try {
      const launcher = await connect(hasty);
      expect(await launcher.next()).toMatchObject({ event: 'ready', data: { resume: 'fresh' } });
      launcher.socket.terminate();
      await launcher.closed;
    } finally {
      await hasty.stop();
    }
  });

  it('answers heartbeats while nobody can tell news, and says ready when somebody can', async () => {
    gateway.feed.away = true;
    const launcher = await resumed(null);
    launcher.send({ type: 'heartbeat', ref: 1, session_id: SESSION, seq: 1 });
    expect(await launcher.next()).toMatchObject({ ref: 1, status: 200 });
    gateway.feed.away = false;
    expect(await launcher.next()).toMatchObject({ event: 'ready' });
  }, 10_000);

  it('follows nobody who left while the feed was thinking', async () => {
    let answer = (): void => {};
    gateway.feed.gate = new Promise((resolve) => (answer = resolve));
    const asked = gateway.feed.asked.length;
    const launcher = await resumed(null);
    while (gateway.feed.asked.length === asked) await new Promise((resolve) => void setImmediate(resolve));
    launcher.socket.terminate();
    await launcher.closed;
    answer();
    await gateway.feed.gate;
    while (gateway.feed.followers.size > 0) await new Promise((resolve) => void setImmediate(resolve));
    expect(launcher.unread).toEqual([]);
  });
});
