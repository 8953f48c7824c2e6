import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROLES } from '../../../lib/contract/endpoint.ts';
import { ENDPOINTS } from '../../../lib/contract/endpoints.ts';
import { canNameOther, requestTo } from './endpoint-requests.ts';
import { ME, OTHER, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

describe('the access matrix', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.stop());

  const reached = () => gateway.calls.length + gateway.asked.length;

  for (const endpoint of ENDPOINTS) {
    it(`lets nobody without a token into ${endpoint.method} ${endpoint.path}`, async () => {
      const { path, options } = requestTo(endpoint, ME);
      const before = reached();
      const answer = await gateway.request(path, { ...options, token: null });
      expect([answer.status, answer.body['code'], reached()]).toEqual([401, 'UNAUTHENTICATED', before]);
    });

    for (const role of ROLES) {
      const scope = endpoint.access[role];
      for (const owner of canNameOther(endpoint) ? [ME, OTHER] : [ME]) {
        const allowed = scope !== undefined && (scope !== 'own' || owner === ME);
        const whose = owner === ME ? 'own' : "another user's";
        it(`${allowed ? 'lets' : 'keeps'} ${role} ${allowed ? 'into' : 'out of'} ${endpoint.id} of ${whose} data`, async () => {
          const { path, options } = requestTo(endpoint, owner);
          const before = reached();
          const answer = await gateway.request(path, { ...options, token: await gateway.token([role]) });
          if (!allowed) {
            expect([answer.status, answer.body['code'], reached()]).toEqual([403, 'FORBIDDEN', before]);
            return;
          }
          expect(answer.status).toBe(endpoint.status);
          expect(reached()).toBe(before + 1);
          const call = gateway.calls.at(-1);
          if (call?.action === endpoint.action) {
            expect(call.params).toMatchObject({ caller: { userId: ME, roles: [role] }, userId: owner });
          } else {
            expect(gateway.asked.at(-1)?.user).toBe(ME);
          }
        });
      }
    }

    it(`keeps a token without known roles out of ${endpoint.id}`, async () => {
      const { path, options } = requestTo(endpoint, ME);
      const answer = await gateway.request(path, { ...options, token: await gateway.token([]) });
      expect([answer.status, answer.body['code']]).toEqual([403, 'FORBIDDEN']);
    });
  }

  it('gives a caller of several roles the widest scope of any', async () => {
    const answer = await gateway.request(`/admin/users/${OTHER}/library`, {
      token: await gateway.token(['user', 'support']),
    });
    expect(answer.status).toBe(200);
  });

  it('knows the caller in whichever case the path writes the id', async () => {
    const answer = await gateway.request(`/admin/users/${OTHER.toUpperCase()}/library`, {
      token: await gateway.token(['admin']),
    });
    expect(answer.status).toBe(200);
    expect(gateway.calls.at(-1)?.params).toMatchObject({ userId: OTHER });
  });
});
