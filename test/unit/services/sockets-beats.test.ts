import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LibraryError } from '../../../lib/errors.ts';
import { beaten, ME, OTHER, SESSION, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';
import { connect } from './launcher.ts';
import type { Frame, Launcher } from './launcher.ts';

describe('heartbeats over the WebSocket', () => {
  let gateway: Gateway;
  let launcher: Launcher;

  beforeAll(async () => {
    gateway = await startGateway({ env: { SOCKETS_FRAMES_PER_SECOND: '1000' } });
  });
  beforeEach(async () => {
    gateway.engine = async (command) => beaten(command);
    gateway.actions.clear();
    launcher = await connect(gateway);
    launcher.send({ type: 'resume', last_id: null });
    await launcher.next();
  });
  afterEach(async () => {
    launcher.socket.terminate();
    await launcher.closed;
  });
  afterAll(() => gateway.stop());

  const ask = async (frame: object): Promise<Frame> => {
    launcher.send(frame);
    return launcher.next();
  };
  /** Without what is new with every problem document. */
  const comparable = (body: unknown): unknown => ({ ...(body as object), trace_id: '-' });

  const BODIES = [
    ['a beat', { session_id: SESSION, seq: 7 }],
    ['a beat with active time', { session_id: SESSION, seq: 7, active_ms: 61_000 }],
    ['nothing', {}],
    ['no session', { seq: 7 }],
    ['a session that is no UUID', { session_id: 'x', seq: 7 }],
    ['a sequence number of zero', { session_id: SESSION, seq: 0 }],
    ['a text for a number', { session_id: SESSION, seq: '7' }],
    ['a member that is not known', { session_id: SESSION, seq: 7, more: true }],
  ] as const;

  describe.each(['heartbeat', 'end'] as const)('%s', (type) => {
    it.each(BODIES)('answers %s as REST does', async (_what, body) => {
      const rest = await gateway.request(`/playtime/${type}`, { json: body });
      const frame = await ask({ type, ref: 'r-1', ...body });
      expect(frame).toMatchObject({ type: 'reply', ref: 'r-1', status: rest.status });
      expect(comparable(frame['body'])).toEqual(comparable(rest.body));
    });

    it.each([
      ['a session that has ended', new LibraryError('NOT_FOUND', 'No such session')],
      ['an engine that is away', Object.assign(new Error('no'), { name: 'EngineUnavailable', retryAfterMs: 300 })],
      ['a mistake of ours', new TypeError('oops')],
    ])('answers %s as REST does', async (_what, error) => {
      gateway.engine = () => Promise.reject(error);
      const rest = await gateway.request(`/playtime/${type}`, { json: { session_id: SESSION, seq: 7 } });
      const frame = await ask({ type, ref: 1, session_id: SESSION, seq: 7 });
      expect(frame).toMatchObject({ ref: 1, status: rest.status });
      expect(comparable(frame['body'])).toEqual(comparable(rest.body));
      expect('retry_after_ms' in frame).toBe(rest.status === 503);
    });
  });

  it('answers from the database for a session that the engine does not hold', async () => {
    gateway.engine = async () => ({ kind: 'refused', reason: 'session_unknown', session: null });
    gateway.actions.set('playtime.settled', (params) => ({ settled: params['seq'] }));
    expect(await ask({ type: 'heartbeat', ref: 5, session_id: SESSION, seq: 9 })).toEqual({
      type: 'reply',
      ref: 5,
      status: 200,
      body: { settled: 9 },
    });
  });

  it('carries several at once, each answered under its ref when it is done', async () => {
    let finishFirst = (): void => {};
    gateway.engine = (command) =>
      new Promise((resolve) => {
        if (command.kind === 'heartbeat' && command.seq === 1) finishFirst = () => resolve(beaten(command));
        else resolve(beaten(command));
      });
    launcher.send({ type: 'heartbeat', ref: 'slow', session_id: SESSION, seq: 1 });
    expect(await ask({ type: 'heartbeat', ref: 'quick', session_id: SESSION, seq: 2 })).toMatchObject({ ref: 'quick' });
    finishFirst();
    expect(await launcher.next()).toMatchObject({ ref: 'slow', status: 200 });
  });

  it('refuses more than 32 under way with 429', async () => {
    const finish: (() => void)[] = [];
    gateway.engine = (command) => new Promise((resolve) => void finish.push(() => resolve(beaten(command))));
    for (let seq = 1; seq <= 33; seq += 1) launcher.send({ type: 'heartbeat', ref: seq, session_id: SESSION, seq });
    expect(await launcher.next()).toMatchObject({ ref: 33, status: 429, body: { code: 'RATE_LIMITED' } });
    for (const end of finish) end();
    const refs: unknown[] = [];
    for (let count = 0; count < 32; count += 1) refs.push((await launcher.next())['ref']);
    expect(refs).toEqual(Array.from({ length: 32 }, (_, index) => index + 1));
  });

  it.each([
    ['no JSON', '{', 400, 'MALFORMED_REQUEST', null],
    ['no object', '[1]', 422, 'VALIDATION_ERROR', null],
    ['no type', '{"ref":3}', 422, 'VALIDATION_ERROR', 3],
    ['a type that is not known', '{"type":"start","ref":"a"}', 422, 'VALIDATION_ERROR', 'a'],
    ['the name of what every object has', '{"type":"constructor"}', 422, 'VALIDATION_ERROR', null],
    ['a beat without a ref', `{"type":"heartbeat","session_id":"${SESSION}","seq":1}`, 422, 'VALIDATION_ERROR', null],
  ])('answers %s with a problem', async (_what, text, status, code, ref) => {
    launcher.send(text);
    expect(await launcher.next()).toMatchObject({ type: 'reply', ref, status, body: { code } });
  });

  it('goes on with a newer token of the same user, and with no other', async () => {
    expect(await ask({ type: 'authenticate', ref: 1, token: await gateway.token(['admin']) })).toEqual({
      type: 'reply',
      ref: 1,
      status: 200,
      body: {},
    });
    const other = await ask({ type: 'authenticate', ref: 2, token: await gateway.token(['user'], OTHER) });
    expect(other).toMatchObject({ ref: 2, status: 403, body: { code: 'FORBIDDEN' } });
    expect(await ask({ type: 'authenticate', ref: 3, token: 'x' })).toMatchObject({ ref: 3, status: 401 });
    await ask({ type: 'heartbeat', ref: 4, session_id: SESSION, seq: 1 });
    expect(gateway.asked.at(-1)?.user).toBe(ME);
  });
});
