import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ENDPOINTS } from '../../lib/contract/endpoints.ts';
import { ATTACKER, attackedProduct, LEAKS, START_MS, VICTIM, type AttackedProduct } from './attacked-product.ts';
import { replaced, shapeOf, targetOf, type Shaped } from './everywhere.ts';

const GAME = '00000000-0000-7000-8000-0000000a0001';
const OTHER_GAME = '00000000-0000-7000-8000-0000000a0002';
const WISHED = '00000000-0000-7000-8000-0000000a0030';
const SECRET = 'nobody-else-may-read-this';
const DEVICE = '0198f2b4-0c00-7000-8000-00000000dead';

describe("another user's things", () => {
  let attacked: AttackedProduct;
  let ids: Record<string, unknown>;
  let before: string;

  beforeAll(async () => {
    attacked = await attackedProduct({ LIMITS_USER_PER_SECOND: '0' });
    ids = await victimsThings();
    before = await everythingOf(VICTIM);
    expect(before).toContain(SECRET);
  }, START_MS);
  afterAll(() => attacked.remove(), START_MS);

  async function as<Body = Record<string, string>>(
    user: string,
    method: string,
    path: string,
    json?: unknown,
  ): Promise<Body> {
    const admin = user === 'admin';
    const token = await attacked.tokenOf(admin ? randomUUID() : user, admin ? ['admin'] : ['user']);
    const answer = await attacked.send(path, { method, token, ...(json === undefined ? {} : { json }) });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body as Body;
  }

  /** One of everything that a user can have, and the ids by which it is known. */
  async function victimsThings(): Promise<Record<string, unknown>> {
    for (const user of [VICTIM, ATTACKER]) {
      for (const game_id of [GAME, OTHER_GAME])
        await as('admin', 'POST', `/admin/users/${user}/games`, { game_id, source: 'purchase' });
    }
    const category = await as(VICTIM, 'POST', '/categories', { name: SECRET });
    await as(VICTIM, 'PATCH', `/${GAME}`, { notes: SECRET, favorite: true });
    await as(VICTIM, 'POST', '/wishlist', { game_id: WISHED, note: SECRET });
    await as(VICTIM, 'PUT', `/settings/${GAME}`, { settings: { secret: SECRET } });
    const session = await as(VICTIM, 'POST', '/playtime/start', { game_id: GAME, device_id: DEVICE });
    await as(VICTIM, 'POST', '/playtime/heartbeat', { session_id: session['session_id'], seq: 1 });
    const bytes = Buffer.from(SECRET);
    const save = { game_id: GAME, slot: 'slot-1', device_id: DEVICE, base_version: null, size_bytes: bytes.length };
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const { upload } = await as<{ upload: { upload_id: string; put: { url: string } } }>(
      VICTIM,
      'POST',
      '/savegames/upload-url',
      { ...save, sha256 },
    );
    await fetch(upload.put.url, { method: 'PUT', body: bytes });
    await as(VICTIM, 'POST', '/savegames/confirm-upload', { upload_id: upload.upload_id });
    const open = await as<typeof upload extends infer U ? { upload: U } : never>(
      VICTIM,
      'POST',
      '/savegames/upload-url',
      {
        ...save,
        slot: 'slot-2',
        sha256: createHash('sha256').update('other').digest('hex'),
      },
    );
    return {
      session_id: session['session_id'],
      category_id: category['category_id'],
      upload_id: open.upload.upload_id,
      user_id: VICTIM,
      owner_id: VICTIM,
      member_id: VICTIM,
      other_id: VICTIM,
      game_id: GAME,
      device_id: DEVICE,
      slot: 'slot-1',
      version: 1,
    };
  }

  /** All that the user can see of itself, but for when it was written down. */
  async function everythingOf(user: string): Promise<string> {
    const token = await attacked.tokenOf(user);
    const parts = [
      '/export',
      '/playtime/live',
      '/playtime/stats',
      '/savegames',
      '/savegames/quota',
      '/categories',
      '/wishlist',
      `/settings/${GAME}`,
      '/family',
    ];
    const answers = await Promise.all(parts.map((path) => attacked.send(path, { token })));
    for (const { status, text } of answers) expect([status, text]).toEqual([200, expect.any(String)]);
    return answers
      .map(({ text }) =>
        text
          .split('\n')
          .filter((line) => !line.includes('"header"'))
          .join('\n'),
      )
      .join('\n');
  }

  const victims = (shape: Shaped): Shaped =>
    replaced(shape, (name, value) => {
      if (name === 'category_ids') return [ids['category_id']];
      if (name === 'cursor') return null;
      return typeof value === 'object' ? undefined : ids[name];
    }) as Shaped;

  /** An invitation is meant to reach somebody else. */
  const endpoints = ENDPOINTS.filter(({ action }) => action !== 'family.invite');

  it.each(endpoints.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint] as const))(
    'are out of reach, named wherever they can be: %s',
    async (_name, endpoint) => {
      const shape = victims(shapeOf(endpoint));
      const json = shape.body === undefined ? {} : { json: shape.body };
      const answer = await attacked.send(targetOf(endpoint, shape), { method: endpoint.method, ...json });
      expect(answer.status).toBeLessThan(500);
      expect(answer.text).not.toContain(SECRET);
      expect(answer.text).not.toMatch(LEAKS);
      if (endpoint.access.user === undefined) expect([answer.status, answer.body['code']]).toEqual([403, 'FORBIDDEN']);
    },
  );

  it('say themselves whose they are only to their owner: an id that exists is answered as one that does not', async () => {
    const told = async (sessionId: unknown) => {
      const { status, body } = await attacked.send('/playtime/heartbeat', { json: { session_id: sessionId, seq: 5 } });
      return { status, ...body, trace_id: '' };
    };
    expect(await told(ids['session_id'])).toEqual(await told(randomUUID()));
    for (const path of ['/savegames/uploads/', '/categories/']) {
      const name = path === '/categories/' ? 'category_id' : 'upload_id';
      const [theirs, nobodys] = await Promise.all(
        [ids[name], randomUUID()].map(async (id) => {
          const { status, body } = await attacked.send(`${path}${String(id)}`, { method: 'DELETE' });
          return { status, code: body['code'] };
        }),
      );
      expect(theirs).toEqual(nobodys);
    }
  });

  it("are not got at by the owner's Idempotency-Key", async () => {
    const headers = { 'idempotency-key': 'the-same-key' };
    const json = { name: 'the same' };
    const theirs = await attacked.send('/categories', { json, headers, token: await attacked.tokenOf(VICTIM) });
    const mine = await attacked.send('/categories', { json, headers });
    expect([theirs.status, mine.status]).toEqual([201, 201]);
    expect(mine.headers.get('idempotency-replayed')).toBeNull();
    expect(mine.body).not.toEqual(theirs.body);
    const token = await attacked.tokenOf(VICTIM);
    await attacked.send(`/categories/${String(theirs.body['category_id'])}`, { method: 'DELETE', token });
  });

  it('are not in the pages that the same query shows the attacker, cached or not', async () => {
    for (const path of ['/', '/?q=a', '/achievements', '/wishlist', '/playtime/stats', '/savegames', '/export']) {
      const token = await attacked.tokenOf(VICTIM);
      for (let turn = 0; turn < 2; turn += 1) {
        const theirs = await attacked.send(path, { token });
        const etag = theirs.headers.get('etag');
        const mine = await attacked.send(path, etag === null ? {} : { headers: { 'if-none-match': etag } });
        // The tag is only a number where both have changed it as often; what it stands for is each one's own.
        expect([200, 304]).toContain(mine.status);
        expect(mine.text).not.toContain(SECRET);
        expect(mine.text).not.toContain(VICTIM);
      }
    }
  });

  it('are as they were after all of this', async () => {
    expect(await everythingOf(VICTIM)).toBe(before);
  });
});
