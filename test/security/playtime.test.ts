import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ATTACKER, attackedProduct, START_MS, VICTIM, type AttackedProduct } from './attacked-product.ts';

const GAME = '00000000-0000-7000-8000-0000000a0001';
const DEVICE = '0198f2b4-0c00-7000-8000-0000000000d1';
const DAY_MS = 86_400_000;
const TOO_MUCH = Number.MAX_SAFE_INTEGER;

type Body = Readonly<Record<string, unknown>>;

describe('playtime and progress that were never earned', () => {
  let attacked: AttackedProduct;
  let user: string;
  beforeAll(async () => {
    attacked = await attackedProduct({ LIMITS_USER_PER_SECOND: '0' });
  }, START_MS);
  afterAll(() => attacked.remove(), START_MS);
  beforeEach(async () => {
    user = randomUUID();
    await own(user);
  });

  async function own(userId: string): Promise<void> {
    const token = await attacked.tokenOf(ATTACKER, ['admin']);
    await attacked.send(`/admin/users/${userId}/games`, { token, json: { game_id: GAME, source: 'purchase' } });
  }
  async function post(path: string, json: unknown, as = user): Promise<{ status: number; body: Body }> {
    return attacked.send(path, { json, token: await attacked.tokenOf(as) });
  }
  async function start(as = user): Promise<string> {
    const { body } = await post('/playtime/start', { game_id: GAME, device_id: DEVICE }, as);
    return String(body['session_id']);
  }
  async function totalOf(as = user): Promise<number> {
    const token = await attacked.tokenOf(as);
    return Number((await attacked.send('/playtime/stats', { token })).body['total_seconds']);
  }

  it("are not to be had by a launcher's own count, however large, nor by many beats", async () => {
    const began = performance.now();
    const session_id = await start();
    for (let seq = 1; seq <= 150; seq += 1) {
      const { status } = await post('/playtime/heartbeat', { session_id, seq, active_ms: TOO_MUCH });
      expect(status).toBe(200);
    }
    const { body } = await post('/playtime/end', { session_id, seq: 151, active_ms: TOO_MUCH });
    const seconds = (performance.now() - began) / 1000;
    expect(Number(body['credited_seconds'])).toBeLessThanOrEqual(seconds);
    expect(await totalOf()).toBeLessThanOrEqual(seconds);
  });

  it('are not to be had by a beat that is sent again, or after its session has ended', async () => {
    const session_id = await start();
    const beat = { session_id, seq: 5 };
    const first = await post('/playtime/heartbeat', beat);
    for (let turn = 0; turn < 20; turn += 1) {
      const again = await post('/playtime/heartbeat', beat);
      expect(again.body['credited_seconds']).toBe(first.body['credited_seconds']);
    }
    expect((await post('/playtime/heartbeat', { session_id, seq: 4 })).body['outcome']).toBe('ignored');
    const ended = await post('/playtime/end', { session_id, seq: 6 });
    for (const path of ['/playtime/heartbeat', '/playtime/end']) {
      const late = await post(path, { session_id, seq: 7 });
      if (late.status === 200) expect(late.body['credited_seconds']).toBe(ended.body['credited_seconds']);
      else expect([late.status, late.body['code']]).toEqual([400, 'INVALID_SESSION_OPERATION']);
    }
  });

  it('are not to be had by counting beats to the end', async () => {
    const session_id = await start();
    expect((await post('/playtime/heartbeat', { session_id, seq: 2 ** 31 - 1 })).status).toBe(200);
    for (const seq of [2 ** 31, 2 ** 53, -1, 0, 1.5, '7', null, 1e300]) {
      expect([seq, (await post('/playtime/heartbeat', { session_id, seq })).status]).toEqual([seq, 422]);
    }
    expect((await post('/playtime/end', { session_id, seq: 2 ** 31 - 1 })).status).toBe(200);
  });

  it("are not to be had in another user's session, whose beats go on as if nobody had tried", async () => {
    await own(VICTIM);
    const session_id = await start(VICTIM);
    await post('/playtime/heartbeat', { session_id, seq: 1 }, VICTIM);
    for (const path of ['/playtime/heartbeat', '/playtime/end']) {
      for (const seq of [1, 2, 1000])
        expect((await post(path, { session_id, seq })).status).toBeGreaterThanOrEqual(400);
    }
    const next = await post('/playtime/heartbeat', { session_id, seq: 2 }, VICTIM);
    expect([next.body['outcome'], next.body['status'], next.body['seq']]).toEqual(['accepted', 'live', 2]);
    const token = await attacked.tokenOf(user);
    const correction = { credited_seconds: 0, reason: 'mine' };
    const corrected = await attacked.send(`/playtime/sessions/${session_id}/correct`, { token, json: correction });
    expect([403, 404]).toContain(corrected.status);
  });

  it('are not to be had by correcting upwards', async () => {
    const session_id = await start();
    await post('/playtime/end', { session_id, seq: 1 });
    const { status } = await post(`/playtime/sessions/${session_id}/correct`, {
      credited_seconds: 9999,
      reason: 'more',
    });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(await totalOf()).toBeLessThan(60);
  });

  it('are not to be had offline: never more than the wall clock, never in the future, never twice', async () => {
    const at = (days: number, ms = 0): string => new Date(Date.now() + days * DAY_MS + ms).toISOString();
    const report = async (sessions: readonly object[]) => {
      const { status, body } = await post('/playtime/offline', { sessions });
      expect(status).toBe(200);
      return (body['results'] as { result: string }[]).map(({ result }) => result);
    };
    const session = (client_session_id: string, started_at: string, ended_at: string) => ({
      client_session_id,
      game_id: GAME,
      device_id: DEVICE,
      started_at,
      ended_at,
    });
    const impossible = [
      session('future', at(1), at(2)),
      session('backwards', at(-1), at(-2)),
      session('long-ago', '1970-01-01T00:00:00Z', at(-0.5)),
    ];
    const copies = Array.from({ length: 90 }, (_, n) => session(`copy-${n}`, at(-1), at(-0.75)));
    const results = await report([...impossible, ...copies]);
    expect(results.slice(0, 2)).toEqual(['rejected', 'rejected']);
    expect(results.filter((result) => result === 'created').length).toBeLessThanOrEqual(2);
    for (let turn = 0; turn < 5; turn += 1) await report([session(`again-${turn}`, at(-1), at(0, 3_600_000))]);
    expect(await report(copies)).toEqual(new Array(90).fill('duplicate'));
    expect(await totalOf()).toBeGreaterThan(0);
    expect(await totalOf()).toBeLessThanOrEqual(2 * 86_400);
    const days = (await attacked.send('/playtime/stats', { token: await attacked.tokenOf(user) })).body['daily'];
    for (const { seconds } of days as { seconds: number }[]) expect(seconds).toBeLessThanOrEqual(86_400);
    const now = new Date().toISOString().slice(0, 10);
    for (const { date } of days as { date: string }[]) expect(date <= now).toBe(true);
  });

  it('are not to be had for a game that is not owned, or that there is not', async () => {
    for (const game_id of ['00000000-0000-7000-8000-0000000a0059', randomUUID()]) {
      expect((await post('/playtime/start', { game_id, device_id: DEVICE })).status).toBe(404);
      const offline = {
        client_session_id: 'a',
        device_id: DEVICE,
        game_id,
        started_at: new Date(Date.now() - DAY_MS).toISOString(),
        ended_at: new Date().toISOString(),
      };
      const { body } = await post('/playtime/offline', { sessions: [offline] });
      expect(body['results']).toMatchObject([{ result: 'rejected' }]);
    }
    expect(await totalOf()).toBe(0);
  });

  it('are not to be had by members that only services may set', async () => {
    const session_id = await start();
    for (const more of [
      { credited_seconds: 1 },
      { user_id: VICTIM },
      { roles: ['admin'] },
      { at: 0 },
      { now: 0 },
      { epoch: 1 },
    ]) {
      expect((await post('/playtime/heartbeat', { session_id, seq: 1, ...more })).status).toBe(422);
      expect((await post('/playtime/start', { game_id: GAME, device_id: DEVICE, ...more })).status).toBe(422);
    }
  });

  describe('as achievements', () => {
    const definitions = [
      { achievement_id: 'server', title: 'Server', authority: 'server' },
      { achievement_id: 'steps', title: 'Steps', target: 1000, progress: 'increment', max_change_per_minute: 10 },
      { achievement_id: 'best', title: 'Best', target: 1000, progress: 'max', max_change_per_minute: 10 },
      { achievement_id: 'plain', title: 'Plain' },
    ].map((one) => ({
      description: '',
      hidden: false,
      target: 1,
      progress: 'max',
      authority: 'client',
      max_change_per_minute: null,
      ...one,
    }));

    beforeAll(async () => {
      const token = await attacked.tokenOf(ATTACKER, ['admin']);
      const game = {
        title: 'Forged',
        developer: 'a',
        publisher: 'b',
        description: '',
        cover_url: null,
        genres: [],
        released_on: null,
      };
      const json = { ...game, prices: [], achievements: definitions };
      const put = await attacked.send(`/admin/catalog/games/${GAME}`, { method: 'PUT', token, json });
      if (put.status !== 200) throw new Error(put.text);
    });

    const unlocked = async (): Promise<unknown> => {
      const { body } = await attacked.send(`/achievements?game_id=${GAME}`, { token: await attacked.tokenOf(user) });
      return (body['items'] as { unlocked_at: string | null }[]).filter(({ unlocked_at }) => unlocked_at !== null);
    };

    it('are not unlocked by users where only the server may say so', async () => {
      await start();
      for (const path of ['/achievements/unlock', '/achievements/progress']) {
        const more = path.endsWith('progress') ? { value: 1 } : {};
        const { status, body } = await post(path, { game_id: GAME, achievement_id: 'server', ...more });
        expect([status, body['code']]).toEqual([403, 'ACHIEVEMENT_SERVER_AUTHORITATIVE']);
      }
      expect(await unlocked()).toEqual([]);
    });

    it('are not unlocked without playing, in the future, or long ago', async () => {
      expect((await post('/achievements/unlock', { game_id: GAME, achievement_id: 'plain' })).status).toBe(409);
      await start();
      for (const days of [1, -15, -400]) {
        const unlocked_at = new Date(Date.now() + days * DAY_MS).toISOString();
        const { status } = await post('/achievements/unlock', { game_id: GAME, achievement_id: 'plain', unlocked_at });
        expect([days, status >= 400 && status < 500]).toEqual([days, true]);
      }
      expect(await unlocked()).toEqual([]);
    });

    it('do not rise faster than they may, however the rise is cut into pieces', async () => {
      await start();
      for (const value of [1000, 11, TOO_MUCH, -5]) {
        expect(
          (await post('/achievements/progress', { game_id: GAME, achievement_id: 'best', value })).status,
        ).toBeGreaterThanOrEqual(400);
      }
      for (let turn = 0; turn < 30; turn += 1) {
        await post('/achievements/progress', { game_id: GAME, achievement_id: 'steps', increment: 1 });
      }
      const at = await attacked.send(`/achievements?game_id=${GAME}`, { token: await attacked.tokenOf(user) });
      const steps = (at.body['items'] as { achievement_id: string; progress: number }[]).find(
        ({ achievement_id }) => achievement_id === 'steps',
      );
      expect(steps?.progress).toBeGreaterThan(0);
      expect(steps?.progress).toBeLessThanOrEqual(20);
      expect(await unlocked()).toEqual([]);
    });

    it('do not rise faster for being reported at once by many', async () => {
      await start();
      const report = () => post('/achievements/progress', { game_id: GAME, achievement_id: 'steps', increment: 5 });
      await Promise.all(Array.from({ length: 20 }, report));
      const at = await attacked.send(`/achievements?game_id=${GAME}`, { token: await attacked.tokenOf(user) });
      const steps = (at.body['items'] as { achievement_id: string; progress: number }[]).find(
        ({ achievement_id }) => achievement_id === 'steps',
      );
      expect(steps?.progress).toBeLessThanOrEqual(20);
    });
  });
});
