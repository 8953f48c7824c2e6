import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { EngineUnavailable } from '../../../actors/engine.ts';
import { LibraryError } from '../../../lib/errors.ts';
import { GAME, beaten, SESSION, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

const BEAT = { session_id: SESSION, seq: 7 };

describe('a problem on the way through the gateway', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await startGateway({ missing: ['playtime.live'] });
  });
  afterAll(() => gateway.stop());
  beforeEach(() => {
    gateway.actions.clear();
    gateway.engine = async (command) => beaten(command);
    gateway.logged.length = 0;
  });

  it('refuses a body that is nested deeper than anybody needs', async () => {
    const body = `{"settings":${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}}`;
    const headers = { 'content-type': 'application/json' };
    const answer = await gateway.request(`/settings/${GAME}`, { method: 'PUT', body, headers });
    expect([answer.status, answer.body['code']]).toEqual([400, 'MALFORMED_REQUEST']);
  });

  it('is a problem document with the trace id that the headers carry', async () => {
    const { status, headers, body } = await gateway.request('/', { token: null });
    expect(status).toBe(401);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(headers.get('www-authenticate')).toBe('Bearer realm="library"');
    expect(body).toEqual({
      type: '/docs/errors#unauthenticated',
      title: 'A valid access token is required',
      status: 401,
      detail: 'There is no Authorization header',
      code: 'UNAUTHENTICATED',
      trace_id: headers.get('x-trace-id'),
    });
  });

  it("goes on with the caller's trace", async () => {
    const id = '0af7651916cd43dd8448eb211c80319c';
    const traceparent = `00-${id}-b7ad6b7169203331-01`;
    const { headers } = await gateway.request('/', { headers: { traceparent } });
    expect(headers.get('x-trace-id')).toBe(id);
    expect(headers.get('traceparent')).toMatch(new RegExp(`^00-${id}-(?!b7ad6b7169203331)[0-9a-f]{16}-01$`));
    expect(gateway.calls.at(-1)).toMatchObject({ requestId: id, meta: { traceparent: headers.get('traceparent') } });
  });

  it.each([
    ['a path that does not exist', 'GET', '/nope/at/all', 404, 'NOT_FOUND'],
    ['a path of another case', 'POST', '/PLAYTIME/start', 404, 'NOT_FOUND'],
    ['a path that is wrongly encoded', 'GET', '/%zz', 400, 'MALFORMED_REQUEST'],
    ['a game id that is none', 'GET', '/42', 422, 'VALIDATION_ERROR'],
  ])('answers %s with its code', async (_what, method, path, status, code) => {
    const answer = await gateway.request(path, { method });
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
  });

  it.each(['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    'answers %s where only POST goes with 405 and Allow',
    async (method) => {
      const headers = { 'access-control-request-method': 'POST', origin: 'https://evil.example' };
      const answer = await gateway.request('/playtime/heartbeat', { method, headers, token: null });
      expect([answer.status, answer.body['code'], answer.headers.get('allow')]).toEqual([
        405,
        'METHOD_NOT_ALLOWED',
        'POST',
      ]);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    },
  );

  it('answers HEAD like GET, without the body', async () => {
    const answer = await gateway.request('/', { method: 'HEAD' });
    expect([answer.status, answer.body]).toEqual([200, { text: '' }]);
  });

  it.each([
    ['no content type', '{}', {}, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['a form', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['another charset', '{}', { 'content-type': 'application/json; charset=latin1' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    [
      'a compressed body',
      '{}',
      { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['an empty body', '', { 'content-type': 'application/json' }, 400, 'MALFORMED_REQUEST'],
    ['half a body', '{"session_id":', { 'content-type': 'application/json' }, 400, 'MALFORMED_REQUEST'],
    [
      'a body that is not UTF-8',
      new Uint8Array([0x22, 0xff, 0x22]),
      { 'content-type': 'application/json' },
      400,
      'MALFORMED_REQUEST',
    ],
    ['a body that is too large', ' '.repeat(262_145), { 'content-type': 'application/json' }, 413, 'PAYLOAD_TOO_LARGE'],
    ['a body far too large', ' '.repeat(600_000), { 'content-type': 'application/json' }, 413, 'PAYLOAD_TOO_LARGE'],
    ['__proto__', '{"__proto__":{"seq":1}}', { 'content-type': 'application/json' }, 422, 'VALIDATION_ERROR'],
    ['no object', '[]', { 'content-type': 'application/json' }, 422, 'VALIDATION_ERROR'],
  ] as const)('refuses %s on the short way and on the long one alike', async (_what, body, headers, status, code) => {
    for (const path of ['/playtime/heartbeat', '/playtime/start']) {
      const before = gateway.asked.length + gateway.calls.length;
      const answer = await gateway.request(path, { method: 'POST', body, headers });
      expect([answer.status, answer.body['code']]).toEqual([status, code]);
      expect(gateway.asked.length + gateway.calls.length).toBe(before);
    }
  });

  it('takes JSON that says it is UTF-8', async () => {
    const headers = { 'content-type': 'application/json; charset=UTF-8' };
    const answer = await gateway.request('/playtime/heartbeat', {
      method: 'POST',
      body: JSON.stringify(BEAT),
      headers,
    });
    expect(answer.status).toBe(200);
  });

  it('names every field that is wrong', async () => {
    const { status, body } = await gateway.request('/playtime/heartbeat', { json: { session_id: 'x', extra: 1 } });
    expect(status).toBe(422);
    expect(body['errors']).toEqual(
      expect.arrayContaining([
        { field: 'seq', message: 'is required' },
        { field: 'extra', message: 'is not known' },
        { field: 'session_id', message: 'must match format "uuid"' },
      ]),
    );
  });

  it('tells the refusals of an action, whichever node they come from, with what they carry', async () => {
    gateway.actions.set('playtime.start', () => {
      throw Object.assign(new Error('Stop something first'), {
        type: 'TOO_MANY_LIVE_SESSIONS',
        code: 409,
        data: { live: 4, retryAfterMs: 1500 },
      });
    });
    const { status, headers, body } = await start();
    expect(status).toBe(409);
    expect(headers.get('retry-after')).toBe('2');
    expect(body).toMatchObject({ code: 'TOO_MANY_LIVE_SESSIONS', detail: 'Stop something first', live: 4 });
    expect(body).not.toHaveProperty('retryAfterMs');
  });

  it('hides what went wrong inside, and logs it under the trace id', async () => {
    gateway.actions.set('playtime.start', () => {
      throw new Error('connect ECONNREFUSED 10.0.0.7:5432 password=hunter2');
    });
    const { status, body } = await start();
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toMatch(/10\.0\.0\.7|hunter2/);
    expect(body['code']).toBe('INTERNAL');
    expect(gateway.logged.join('')).toContain(String(body['trace_id']));
    expect(gateway.logged.join('')).toContain('ECONNREFUSED');
  });

  it('answers with 503 and when to retry while nobody serves the action', async () => {
    const { status, headers, body } = await gateway.request('/playtime/live');
    expect([status, body['code']]).toEqual([503, 'UNAVAILABLE']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  });

  it('answers with 503 and when to retry while the engine is unavailable', async () => {
    gateway.engine = async () => {
      throw new EngineUnavailable('no owner', 4000);
    };
    const { status, headers, body } = await gateway.request('/playtime/heartbeat', { json: BEAT });
    expect([status, body['code']]).toEqual([503, 'UNAVAILABLE']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(4);
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(6);
  });

  it('asks the database about a session that left the engine, and tells its answer', async () => {
    gateway.engine = async () => ({ kind: 'refused', reason: 'session_unknown', session: null });
    gateway.actions.set('playtime.settled', () => {
      throw new LibraryError('NOT_FOUND', 'There is no such session');
    });
    const { status, body } = await gateway.request('/playtime/end', { json: BEAT });
    expect([status, body['code']]).toEqual([404, 'NOT_FOUND']);
    expect(gateway.calls.at(-1)).toMatchObject({ action: 'playtime.settled', params: { operation: 'end', ...BEAT } });
  });

  it('says when and why a session ended that gets another heartbeat', async () => {
    gateway.engine = async (command) => {
      const reply = beaten(command);
      if (reply.kind !== 'session') throw new TypeError();
      return {
        kind: 'refused',
        reason: 'session_ended',
        session: { ...reply.session, ended: { at: 0, reason: 'superseded' } },
      };
    };
    const { status, body } = await gateway.request('/playtime/heartbeat', { json: BEAT });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      code: 'INVALID_SESSION_OPERATION',
      ended_at: '1970-01-01T00:00:00.000Z',
      end_reason: 'superseded',
    });
  });

  const start = () => gateway.request('/playtime/start', { json: { game_id: SESSION, device_id: SESSION } });
});
