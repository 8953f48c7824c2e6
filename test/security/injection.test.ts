import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Endpoint } from '../../lib/contract/endpoint.ts';
import { ENDPOINTS } from '../../lib/contract/endpoints.ts';
import { ATTACKER, attackedProduct, LEAKS, START_MS, VICTIM, type AttackedProduct } from './attacked-product.ts';
import { shapeOf, targetOf, withEachText, type Shaped } from './everywhere.ts';

const GAME = '00000000-0000-7000-8000-0000000a0001';
const EVIL = [
  "'; DROP TABLE user_libraries; --",
  "' UNION SELECT table_name FROM information_schema.tables --",
  "'||pg_sleep(10)||'",
  '\\',
  '%_%',
  '${7*7}{{7*7}}<script>alert(1)</script>',
  '../../../../etc/passwd',
  'a\r\nSet-Cookie: evil=1',
  '\u0000',
];

describe('texts that mean something to a database, a file system or a page', () => {
  let attacked: AttackedProduct;
  beforeAll(async () => {
    attacked = await attackedProduct({
      LIMITS_USER_PER_SECOND: '0',
      LIMITS_SERVICE_PER_SECOND: '0',
      LIMITS_UPLOADS_PER_HOUR: '0',
    });
    const token = await attacked.tokenOf(VICTIM, ['admin']);
    for (const user of [ATTACKER, VICTIM]) {
      await attacked.send(`/admin/users/${user}/games`, { token, json: { game_id: GAME, source: 'purchase' } });
    }
  }, START_MS);
  afterAll(() => attacked.remove(), START_MS);

  /** Its answer would end the session of every shape that comes after. */
  const endpoints = ENDPOINTS.filter(({ id }) => id !== 'eraseUser');

  /** With every role: also what only services may call takes texts. */
  async function sent(endpoint: Endpoint, shape: Shaped) {
    const token = await attacked.tokenOf(ATTACKER, ['user', 'support', 'admin', 'service']);
    const json = shape.body === undefined ? {} : { json: shape.body };
    return attacked.send(targetOf(endpoint, shape), { method: endpoint.method, token, ...json });
  }

  it.each(endpoints.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint] as const))(
    'are texts, or refused, in every place of %s',
    async (_name, endpoint) => {
      for (const evil of EVIL) {
        for (const shape of withEachText(shapeOf(endpoint), evil)) {
          const began = performance.now();
          const answer = await sent(endpoint, shape);
          // What is kept is shown again; what is refused must tell nothing.
          const told = answer.status < 400 ? '' : answer.text;
          expect([evil, answer.status < 500, told]).toEqual([evil, true, expect.not.stringMatching(LEAKS)]);
          expect(answer.headers.get('set-cookie')).toBeNull();
          expect(performance.now() - began).toBeLessThan(9_000);
        }
      }
    },
    120_000,
  );

  it('are kept and shown as they were sent', async () => {
    for (const notes of EVIL.filter((text) => !text.includes('\u0000'))) {
      const changed = await attacked.send(`/${GAME}`, { method: 'PATCH', json: { notes } });
      expect([changed.status, changed.body['notes']]).toEqual([200, notes]);
      expect(changed.headers.get('content-type')).toBe('application/json');
    }
  });

  it('are searched for as they are: nothing in them stands for anything else', async () => {
    for (const q of ['%', '_', '%25%', "' OR '1'='1", '\\', '*', '.*']) {
      const { body, status } = await attacked.send(`/?q=${encodeURIComponent(q)}`);
      expect([q, status, body['items']]).toEqual([q, 200, []]);
    }
  });

  it('are no cursors: only one that was given out goes on, and never with the data of somebody else', async () => {
    const made = [{ user_id: VICTIM }, { id: "' OR 1=1 --" }, [1, 2, 3], 'x', null, { __proto__: { x: 1 } }];
    for (const value of made) {
      const cursor = Buffer.from(JSON.stringify(value)).toString('base64url');
      for (const path of [
        '/',
        '/wishlist',
        '/playtime/sessions',
        '/achievements',
        '/savegames',
        '/family/exclusions',
      ]) {
        const answer = await attacked.send(`${path}?cursor=${cursor}`);
        expect([path, answer.status]).toEqual([path, 422]);
      }
    }
  });

  it('have broken nothing', async () => {
    const token = await attacked.tokenOf(VICTIM);
    const { body } = await attacked.send('/', { token });
    expect(body['items']).toHaveLength(1);
    expect((await attacked.raw('/health/ready')).status).toBe(200);
  });
});
