import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LibraryError } from '../../../lib/errors.ts';
import { beaten, GAME, ME, SESSION, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

describe('an Idempotency-Key', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.stop());
  beforeEach(() => {
    gateway.actions.clear();
    gateway.calls.length = 0;
    gateway.asked.length = 0;
    gateway.engine = async (command) => beaten(command);
  });

  const json = { game_id: SESSION, device_id: SESSION };
  const start = (key: string, body: unknown = json) =>
    gateway.request('/playtime/start', { json: body, headers: { 'idempotency-key': key } });
  const actions = () => gateway.calls.map(({ action }) => action);

  it('has the reply stored, under the caller and a digest of the request', async () => {
    const { status, body } = await start('k-1');
    expect(status).toBe(200);
    expect(actions()).toEqual(['idempotency.begin', 'playtime.start', 'idempotency.finish']);
    const finish = gateway.calls[2]?.params;
    expect(finish).toMatchObject({ user_id: ME, key: 'k-1', status: 200, body: JSON.stringify(body) });
    expect(finish?.['fingerprint']).toMatch(/^[0-9a-f]{64}$/);
    expect(gateway.calls[0]?.params['fingerprint']).toBe(finish?.['fingerprint']);
  });

  it('gives another body, and another endpoint, another digest', async () => {
    await start('k-1');
    await start('k-1', { ...json, client_session_id: 'x' });
    await gateway.request('/playtime/end', {
      json: { session_id: SESSION, seq: 1 },
      headers: { 'idempotency-key': 'k-1' },
    });
    const begun = gateway.calls.filter(({ action }) => action === 'idempotency.begin');
    expect(new Set(begun.map(({ params }) => params['fingerprint'])).size).toBe(3);
  });

  it('gives another query another digest: settings of which device is not in the body', async () => {
    for (const query of ['', `?device_id=${SESSION}`, `?device_id=${ME}`]) {
      await gateway.request(`/settings/${GAME}/rollback${query}`, {
        json: { version: 2 },
        headers: { 'idempotency-key': 'k-1' },
      });
    }
    const begun = gateway.calls.filter(({ action }) => action === 'idempotency.begin');
    expect(new Set(begun.map(({ params }) => params['fingerprint'])).size).toBe(3);
  });

  it('gets the stored reply again, and the work is not done', async () => {
    gateway.actions.set('idempotency.begin', () => ({ state: 'replay', status: 200, body: '{"stored":true}' }));
    const { status, body, headers } = await start('k-1');
    expect([status, body, headers.get('idempotency-replayed')]).toEqual([200, { stored: true }, 'true']);
    expect(actions()).toEqual(['idempotency.begin']);
  });

  it('gets a stored refusal again as the problem it was', async () => {
    const stored = '{"code":"GAME_NOT_IN_LIBRARY"}';
    gateway.actions.set('idempotency.begin', () => ({ state: 'replay', status: 404, body: stored }));
    const { status, headers, body } = await start('k-1');
    expect([status, body['code'], headers.get('content-type')]).toEqual([
      404,
      'GAME_NOT_IN_LIBRARY',
      'application/problem+json',
    ]);
  });

  it.each([
    ['in_progress', 409, 'IDEMPOTENCY_KEY_IN_USE'],
    ['mismatch', 422, 'IDEMPOTENCY_KEY_REUSED'],
  ])('that is %s is refused', async (state, status, code) => {
    gateway.actions.set('idempotency.begin', () => ({ state }));
    const answer = await start('k-1');
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
    expect(actions()).toEqual(['idempotency.begin']);
  });

  it('keeps a refusal by the rules, and forgets a failure', async () => {
    gateway.actions.set('playtime.start', () => {
      throw new LibraryError('GAME_NOT_IN_LIBRARY', 'no');
    });
    const refused = await start('k-1');
    expect(gateway.calls.at(-1)).toMatchObject({ action: 'idempotency.finish', params: { status: 404 } });
    expect(JSON.parse(String(gateway.calls.at(-1)?.params['body']))).toEqual(refused.body);

    gateway.actions.set('playtime.start', () => {
      throw new Error('boom');
    });
    expect((await start('k-2')).status).toBe(500);
    expect(gateway.calls.at(-1)).toMatchObject({ action: 'idempotency.abandon', params: { key: 'k-2' } });
  });

  it('sends even a heartbeat the long way', async () => {
    const options = { json: { session_id: SESSION, seq: 1 }, headers: { 'idempotency-key': 'k-3' } };
    expect((await gateway.request('/playtime/heartbeat', options)).status).toBe(200);
    expect(actions()).toEqual(['idempotency.begin', 'idempotency.finish']);
    expect(gateway.asked).toHaveLength(1);
  });

  it.each(['', 'x'.repeat(256), 'é'])('of %j is refused', async (key) => {
    const { status, body } = await start(key);
    expect([status, body['errors']]).toEqual([
      422,
      [{ field: 'Idempotency-Key', message: 'must be 1 to 255 printable ASCII characters' }],
    ]);
  });
});
