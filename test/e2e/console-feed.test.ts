import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Compile } from 'typebox/compile';
import { ConsoleEvent, WatchEvent } from '../../lib/contract/console.ts';
import { FIGURE_NAMES } from '../../lib/contract/console-figures.ts';
import { BASE_PATH } from '../../lib/contract/endpoints.ts';
import { signDevToken } from '../../lib/auth/dev-token.ts';
import { loadConfig } from '../../lib/config/load.ts';
import { DEMO_USER_ID } from '../../lib/library/demo-user.ts';
import { GREETING_GAME_ID } from '../../lib/library/sample-catalog.ts';
import { LibraryClient } from '../../scripts/client/library-client.ts';
import { demoToken } from '../../scripts/demo-token.ts';
import { EventStreamClient } from '../event-stream.ts';
import { embeddedProduct, type EmbeddedProduct } from './embedded-product.ts';

const START_MS = 60_000;
const CONSOLE = '/admin/console/stream';
const TURNS = `/admin/users/${DEMO_USER_ID}/turns`;

describe('the feed of the console', () => {
  let product: EmbeddedProduct;
  let support: string;
  let demo: LibraryClient;
  const opened: EventStreamClient[] = [];
  const open = async (path: string, token = support): Promise<EventStreamClient> => {
    const stream = await EventStreamClient.open(product.node.url + BASE_PATH + path, token);
    opened.push(stream);
    return stream;
  };

  beforeAll(async () => {
    product = embeddedProduct({ CONSOLE_STREAMS_PER_GATEWAY: '3', JWT_CLOCK_TOLERANCE_SECONDS: '0' });
    await product.node.start();
    support = await demoToken(randomUUID(), ['support']);
    demo = new LibraryClient(() => product.node.url, await demoToken());
  }, START_MS);
  afterAll(() => product.remove(), START_MS);
  afterEach(async () => {
    for (const stream of opened.splice(0)) {
      stream.close();
      await stream.end();
    }
  });

  it('says who it is, what was, who is there, who holds what, and then how it goes', async () => {
    const stream = await open(CONSOLE);
    expect(stream.response.statusCode).toBe(200);
    expect(stream.response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    const check = Compile(ConsoleEvent);
    const next = async <Name extends ConsoleEvent['event']>(event: Name) => {
      const data = await stream.next(event);
      expect([event, check.Errors({ event, data })]).toEqual([event, []]);
      return data;
    };
    expect(await next('hello')).toMatchObject({ shards_total: 1024, interval_ms: 2000 });
    const [long, short] = [await next('history'), await next('history')];
    expect([long.step_ms, long.series.sockets.length]).toEqual([20_000, 1_080]);
    expect([short.step_ms, short.series.sockets.length]).toEqual([2_000, 300]);
    expect(Object.keys(short.series)).toEqual(FIGURE_NAMES);
    const { nodes } = await next('nodes');
    expect(nodes).toEqual([expect.objectContaining({ state: 'up', not_well: [] })]);
    const { engines, owners, moving } = await next('shards');
    expect([engines, new Set(owners), moving]).toEqual([[nodes[0]?.node], new Set([0]), []]);
    await next('pulse');
    await next('pulse');
  });

  it('shows a session that begins, and its heartbeats', async () => {
    const stream = await open(CONSOLE);
    const { session_id } = await demo.start({ game_id: GREETING_GAME_ID, device_id: randomUUID() });
    await stream.next('pulse', ({ figures }) => figures.live_sessions === 1);
    let [seq, figures] = [0, (await stream.next('pulse')).figures];
    // As a launcher: one beat after the other. A node that is asked in vain for a moment leaves its figures out of a pulse.
    while (!((figures.heartbeats_per_second ?? 0) > 0)) {
      seq += 1;
      await demo.heartbeat({ session_id, seq });
      ({ figures } = await stream.next('pulse'));
    }
    expect(figures.requests_per_second).toBeGreaterThan(0);
    await demo.end({ session_id, seq: seq + 1 });
    await stream.next('pulse', (pulse) => pulse.figures.live_sessions === 0);
  }, 30_000);

  it('is for support and operators, and each look at a user is written down', async () => {
    for (const path of [CONSOLE, TURNS]) {
      const stream = await open(path, await demoToken());
      expect(stream.response.statusCode).toBe(403);
      expect((await open(path, 'nonsense')).response.statusCode).toBe(401);
    }
    const watcher = randomUUID();
    const token = await demoToken(watcher, ['support']);
    await (await open(TURNS, token)).next('state');
    const response = await fetch(`${product.node.url}${BASE_PATH}/admin/audit?user_id=${DEMO_USER_ID}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { items } = (await response.json()) as { items: readonly unknown[] };
    expect(items[0]).toMatchObject({ action: 'user.watched', actor_id: watcher, actor_roles: ['support'] });
  });

  it('shows a user turn by turn: what each command added, and why nothing was', async () => {
    const stream = await open(TURNS);
    const check = Compile(WatchEvent);
    const first = await stream.next('state');
    expect(check.Errors({ event: 'state', data: first })).toEqual([]);
    const { session_id } = await demo.start({ game_id: GREETING_GAME_ID, device_id: randomUUID() });
    const start = await stream.next('turn', ({ command }) => command === 'start');
    expect(check.Errors({ event: 'turn', data: start })).toEqual([]);
    expect(start).toMatchObject({ session_id, game_id: GREETING_GAME_ID, outcome: 'ok', credited_ms: 0, added_ms: 0 });
    await stream.next('state', ({ sessions }) => sessions.some((session) => session.session_id === session_id));
    await demo.heartbeat({ session_id, seq: 2, active_ms: 1_000 });
    const beat = await stream.next('turn', ({ command }) => command === 'heartbeat');
    expect(beat).toMatchObject({
      session_id,
      seq: 2,
      active_ms: 1_000,
      outcome: 'ok',
      node: first.node,
      epoch: first.epoch,
    });
    expect(beat.added_ms).toBe(beat.credited_ms);
    await demo.heartbeat({ session_id, seq: 1 });
    expect(await stream.next('turn', ({ seq }) => seq === 1)).toMatchObject({ outcome: 'ignored', added_ms: 0 });
    await demo.end({ session_id, seq: 3 });
    expect(await stream.next('turn', ({ command }) => command === 'end')).toMatchObject({ outcome: 'ok', seq: 3 });
    const { sessions } = await stream.next('state', (state) => state.sessions.every(({ ended }) => ended !== null));
    expect(sessions).toContainEqual(
      expect.objectContaining({ session_id, ended: expect.objectContaining({ reason: 'ended' }) }),
    );
  }, 30_000);

  it('has so many readers at one gateway, and room again when one has left', async () => {
    const streams = await Promise.all([open(CONSOLE), open(CONSOLE), open(TURNS)]);
    expect(streams.map(({ response }) => response.statusCode)).toEqual([200, 200, 200]);
    const late = await open(CONSOLE);
    expect(late.response.statusCode).toBe(503);
    expect(Number(late.response.headers['retry-after'])).toBeGreaterThanOrEqual(5);
    streams[0]?.close();
    await streams[0]?.end();
    expect((await open(CONSOLE)).response.statusCode).toBe(200);
  });

  it('answers HEAD with a head', async () => {
    const response = await fetch(product.node.url + BASE_PATH + CONSOLE, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${support}` },
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  });

  it('ends with the token that opened it', async () => {
    const user = { userId: randomUUID(), roles: ['support'] as const, ttlSeconds: 2 };
    const stream = await open(CONSOLE, await signDevToken(loadConfig().auth, user, Date.now()));
    await stream.next('hello');
    expect(await stream.end()).toBe(true);
  });

  it('ends in good order when its gateway leaves', async () => {
    const streams = [await open(CONSOLE), await open(TURNS)];
    await streams[0]?.next('pulse');
    await product.node.stop();
    expect(await Promise.all(streams.map((stream) => stream.end()))).toEqual([true, true]);
  }, 30_000);
});
