import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { GAME, ME, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

describe('pages that are ready', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.stop());
  beforeEach(() => {
    gateway.actions.set('library.list', () => ({ json: '{"items":[],"next_cursor":null}', etag: 'tag-1' }));
  });

  it('are sent as they are, under their tag', async () => {
    const answer = await gateway.request('/?limit=7&q=oru');
    expect([answer.status, answer.body]).toEqual([200, { items: [], next_cursor: null }]);
    expect(answer.headers.get('etag')).toBe('"tag-1"');
    expect(gateway.calls.at(-1)).toMatchObject({
      action: 'library.list',
      params: { userId: ME, query: { limit: 7, q: 'oru' } },
    });
  });

  it('are not sent again to who has them', async () => {
    const answer = await gateway.request('/', { headers: { 'if-none-match': '"other", "tag-1"' } });
    expect([answer.status, answer.body]).toEqual([304, { text: '' }]);
  });

  it('go through the same checks as every other answer', async () => {
    expect((await gateway.request('/?limit=0')).body).toMatchObject({ code: 'VALIDATION_ERROR' });
    expect((await gateway.request('/?unknown=1')).status).toBe(422);
    expect((await gateway.request('/', { token: null })).status).toBe(401);
    expect((await gateway.request('/', { token: await gateway.token(['support']) })).status).toBe(403);
    expect((await gateway.request('/', { method: 'POST' })).status).toBe(405);
    const head = await gateway.request('/', { method: 'HEAD' });
    expect([head.status, head.headers.get('etag')]).toEqual([200, '"tag-1"']);
  });

  it('are told from versioned things that also show what has no version: those are always sent', async () => {
    const first = await gateway.request(`/${GAME}`);
    expect(first.headers.get('etag')).toBe('"1"');
    expect((await gateway.request(`/${GAME}`, { headers: { 'if-none-match': '"1"' } })).status).toBe(200);
  });

  it('leave what is beside them alone', async () => {
    expect((await gateway.request(`/${GAME}`)).status).toBe(200);
    expect(gateway.calls.at(-1)?.action).toBe('library.get');
    expect((await gateway.request('/categories')).status).toBe(200);
    expect(gateway.calls.at(-1)?.action).toBe('categories.list');
    expect((await gateway.raw('/api/v1/library')).status).toBe(200);
  });
});
