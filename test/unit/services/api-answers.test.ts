import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Compile } from 'typebox/compile';
import { ENDPOINTS } from '../../../lib/contract/endpoints.ts';
import { requestTo } from './endpoint-requests.ts';
import { beaten, GAME, ME, SESSION, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

describe('an answer of the gateway', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.stop());
  beforeEach(() => {
    gateway.actions.clear();
    gateway.engine = async (command) => beaten(command);
  });

  it.each(ENDPOINTS.map((endpoint) => [endpoint.id, endpoint] as const))(
    'to %s is what the contract says',
    async (_id, endpoint) => {
      const { path, options } = requestTo(endpoint, ME);
      const answer = await gateway.request(path, { ...options, token: await gateway.token(['user', 'admin']) });
      expect(answer.status).toBe(endpoint.status);
      if (endpoint.response === undefined) expect(answer.body).toEqual({ text: '' });
      else expect(Compile(endpoint.response).Errors(answer.body)).toEqual([]);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('cache-control')).toBe('no-store');
    },
  );

  // Twice: the first request with a token goes the long way, the next the short one.
  it('to a heartbeat is the same on the long way and on the short one', async () => {
    const token = await gateway.token(['user'], '0198f2b4-0a00-7000-8000-00000000aaaa');
    const json = { session_id: SESSION.toUpperCase(), seq: 7, active_ms: 59_000 };
    for (let round = 0; round < 2; round += 1) {
      const { body } = await gateway.request('/playtime/heartbeat', { json, token });
      expect(body).toEqual({
        session_id: json.session_id,
        status: 'live',
        outcome: 'accepted',
        seq: 7,
        credited_seconds: 61,
        game_total_seconds: 3600,
        next_heartbeat_seconds: 60,
        ends_at: null,
      });
      expect(gateway.asked.at(-1)).toMatchObject({
        user: '0198f2b4-0a00-7000-8000-00000000aaaa',
        command: { kind: 'heartbeat', seq: 7, activeMs: 59_000 },
      });
    }
  });

  it('to an end says when and why the session ended', async () => {
    const { body } = await gateway.request('/playtime/end', { json: { session_id: SESSION, seq: 7 } });
    expect(body).toMatchObject({ status: 'ended', ended_at: '2026-09-21T14:14:20.000Z', end_reason: 'ended' });
    expect(gateway.asked.at(-1)?.command).toMatchObject({ kind: 'end', activeMs: null });
  });

  it('to a beat that came too late is an answer, not an error', async () => {
    gateway.engine = async (command) => ({ ...beaten(command), outcome: 'ignored' }) as never;
    const { status, body } = await gateway.request('/playtime/heartbeat', { json: { session_id: SESSION, seq: 1 } });
    expect([status, body['outcome']]).toEqual([200, 'ignored']);
  });

  it('gives the engine and the actions until the deadline and no longer', async () => {
    const before = Date.now();
    await gateway.request('/playtime/heartbeat', { json: { session_id: SESSION, seq: 1 } });
    await gateway.request('/');
    for (const deadline of [gateway.asked.at(-1)?.deadline, gateway.calls.at(-1)?.params['deadline']]) {
      expect(Number(deadline)).toBeGreaterThanOrEqual(before + 4000);
      expect(Number(deadline)).toBeLessThanOrEqual(Date.now() + 4000);
    }
  });

  it('hands an action the query with its defaults, numbers and booleans as such', async () => {
    await gateway.request(`/?favorite=true&limit=7&q=o+r%C3%BC`);
    expect(gateway.calls.at(-1)?.params['query']).toEqual({
      favorite: true,
      limit: 7,
      q: 'o rü',
      sort: 'title',
      order: 'asc',
    });
    await gateway.request(`/playtime/stats?game_id=${GAME}`);
    expect(gateway.calls.at(-1)?.params['query']).toEqual({ game_id: GAME, days: 14, months: 12 });
  });

  it('counts it by operation and status class', async () => {
    const { body } = await gateway.raw('/metrics', { token: null });
    expect(body['text']).toMatch(
      /library_http_request_duration_seconds_count\{[^}]*operation="heartbeat",status="2xx"\} [1-9]/,
    );
  });
});
