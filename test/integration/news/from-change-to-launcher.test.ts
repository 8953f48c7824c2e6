import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { WebSocket } from 'ws';
import { signDevToken } from '../../../lib/auth/dev-token.ts';
import { configFrom } from '../../../lib/config/load.ts';
import type { Role } from '../../../lib/contract/endpoint.ts';
import { BASE_PATH } from '../../../lib/contract/endpoints.ts';
import type { NewsFrame } from '../../../lib/contract/frames.ts';
import { SOCKET_PATH } from '../../../lib/contract/frames.ts';
import { NEWS_KINDS } from '../../../lib/contract/news.ts';
import type { UploadUrlReply } from '../../../lib/contract/savegame-transfers.ts';
import { compileCheck } from '../../../lib/contract/validation.ts';
import { SAMPLE_GAME_IDS } from '../../../lib/library/sample-catalog.ts';
import { LibraryClient } from '../../../scripts/client/library-client.ts';
import { createDatabase } from '../../../scripts/servers/postgres.ts';
import { startNode, type LibraryNode } from '../../../services/node.ts';
import { describeWithServer } from '../../servers.ts';

const [GAME = '', WISHED = '', OWNED = ''] = SAMPLE_GAME_IDS.slice(30);
const DEVICE = '11111111-1111-4111-8111-111111111111';
const START_MS = 60_000;
const CHECKS = NEWS_KINDS.map(({ event, data }) => ({ event, check: compileCheck(data) }));

/** A launcher on the WebSocket, and what it has heard. */
class Launcher {
  readonly heard: NewsFrame[] = [];
  lastId: string | null = null;
  readonly #socket: WebSocket;
  #wake = (): void => undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (frame: Buffer) => {
      const { event, id, data, time } = JSON.parse(frame.toString()) as NewsFrame;
      this.lastId = id;
      if ((event as string) !== 'ready' && (event as string) !== 'position') this.heard.push({ event, id, data, time });
      this.#wake();
    });
  }

  /** Resolves with the first news of which this is true, once it was heard. */
  async hears(event: string, mark: Record<string, unknown>): Promise<NewsFrame> {
    for (;;) {
      const found = this.heard.find(
        (news) => news.event === event && Object.entries(mark).every(([name, value]) => news.data[name] === value),
      );
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async leave(): Promise<void> {
    this.#socket.terminate();
    if (this.#socket.readyState !== WebSocket.CLOSED) await once(this.#socket, 'close');
  }
}

function tellsLaunchers(settings: () => Promise<Record<string, string>>): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'library-news-'));
  let node: LibraryNode;
  let config: ReturnType<typeof configFrom>;
  let userId: string;
  let user: LibraryClient;
  let admin: LibraryClient;
  let launchers: Launcher[] = [];

  const tokenOf = (id: string, ...roles: Role[]) =>
    signDevToken(config.auth, { userId: id, roles, ttlSeconds: 3600 }, Date.now());
  const listen = async (lastId: string | null = null): Promise<Launcher> => {
    const query = lastId === null ? '' : `?last_id=${lastId}`;
    const socket = new WebSocket(`${(node.url ?? '').replace(/^http/, 'ws')}${BASE_PATH}${SOCKET_PATH}${query}`, {
      headers: { authorization: `Bearer ${await tokenOf(userId, 'user')}` },
    });
    const launcher = new Launcher(socket);
    launchers.push(launcher);
    await once(socket, 'open');
    if (lastId === null) socket.send('{"type":"resume","last_id":null}');
    while (launcher.lastId === null) await once(socket, 'message');
    return launcher;
  };

  beforeAll(async () => {
    config = configFrom('', {
      NODE_ID: 'news',
      LIBRARY_HTTP_PORT: '0',
      LIBRARY_GRPC_PORT: '0',
      HTTP_HOST: '127.0.0.1',
      HTTP_DRAIN_GRACE_MS: '0',
      LOG_LEVEL: 'fatal',
      DEMO_DATA: 'always',
      DATA_DIR: folder,
      SHARDS: '16',
      ...(await settings()),
    });
    node = await startNode(config);
    admin = new LibraryClient(() => node.url ?? '', await tokenOf(uuidv7(), 'admin'));
  }, START_MS);
  afterAll(async () => {
    await node.stop();
    rmSync(folder, { recursive: true, force: true });
  }, START_MS);
  beforeEach(async () => {
    userId = uuidv7();
    user = new LibraryClient(() => node.url ?? '', await tokenOf(userId, 'user'));
    for (const game_id of [GAME, OWNED]) await admin.grant(userId, { game_id, source: 'purchase' });
  });
  afterEach(async () => {
    await Promise.all(launchers.map((launcher) => launcher.leave()));
    launchers = [];
  });

  async function save(content: string): Promise<void> {
    const { upload } = await user.send<UploadUrlReply>('POST', '/savegames/upload-url', {
      game_id: GAME,
      slot: 'slot-1',
      device_id: DEVICE,
      base_version: null,
      size_bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    });
    const { method, url, headers } = upload!.put!;
    expect((await fetch(url, { method, headers, body: content })).status).toBe(200);
    await user.send('POST', '/savegames/confirm-upload', { upload_id: upload!.upload_id });
  }

  async function unlock(): Promise<string> {
    const { items } = await user.send<{ items: { achievement_id: string; authority: string; target: number }[] }>(
      'GET',
      `/achievements?game_id=${GAME}&limit=200`,
    );
    const { achievement_id = '' } = items.find(({ authority, target }) => authority === 'client' && target === 1) ?? {};
    await user.send('POST', '/achievements/unlock', { game_id: GAME, achievement_id });
    return achievement_id;
  }

  it('tells of every change of the library, the playtime, achievements, the wishlist and saves', async () => {
    const launcher = await listen();
    await admin.grant(userId, { game_id: WISHED, source: 'gift' });
    await launcher.hears('library.updated', { change: 'added', game_id: WISHED, source: 'gift' });
    await user.send('PATCH', `/${GAME}`, { notes: 'mine' });
    await launcher.hears('library.updated', { change: 'updated', game_id: GAME });
    await admin.send('DELETE', `/admin/users/${userId}/games/${WISHED}`);
    await launcher.hears('library.updated', { change: 'removed', game_id: WISHED });

    await user.send('POST', '/wishlist', { game_id: WISHED });
    await launcher.hears('wishlist.updated', { change: 'added', game_id: WISHED });
    await user.send('DELETE', `/wishlist/${WISHED}`);
    await launcher.hears('wishlist.updated', { change: 'removed', game_id: WISHED });

    const { session_id } = await user.start({ game_id: GAME, device_id: DEVICE });
    const achievement_id = await unlock();
    await launcher.hears('achievement.unlocked', { game_id: GAME, achievement_id });
    await user.end({ session_id, seq: 1 });
    await launcher.hears('playtime.updated', { change: 'session_started', session_id });
    await launcher.hears('playtime.updated', { change: 'session_ended', session_id });
    const hourAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
    const plane = { client_session_id: 'plane', started_at: hourAgo(2), ended_at: hourAgo(1) };
    await user.offline({ sessions: [{ ...plane, game_id: OWNED, device_id: DEVICE }] });
    await launcher.hears('playtime.updated', { change: 'total', game_id: OWNED });

    await save('a save');
    await launcher.hears('savegame.sync.status', { status: 'synchronized', change: 'uploaded', slot: 'slot-1' });

    for (const { event, data } of launcher.heard) {
      expect(CHECKS.some((kind) => kind.event === event && kind.check(data) === null)).toBe(true);
    }
    expect(new Set(launcher.heard.map(({ id }) => id)).size).toBe(launcher.heard.length);
  }, 30_000);

  it('tells two launchers of a user the same, and replays to one that comes back what it missed', async () => {
    const [stays, goes] = [await listen(), await listen()];
    await user.send('POST', '/wishlist', { game_id: WISHED });
    const one = await stays.hears('wishlist.updated', { change: 'added' });
    const two = await goes.hears('wishlist.updated', { change: 'added' });
    expect(one.data).toEqual(two.data);
    await goes.leave();
    await user.send('PATCH', `/${GAME}`, { notes: 'missed' });
    await user.send('DELETE', `/wishlist/${WISHED}`);
    await stays.hears('wishlist.updated', { change: 'removed' });
    const back = await listen(goes.lastId);
    await back.hears('wishlist.updated', { change: 'removed' });
    expect(back.heard.map(({ data }) => data['change'])).toEqual(['updated', 'removed']);
  }, 30_000);

  it('tells within a fraction of a second while little happens', async () => {
    const launcher = await listen();
    const began = performance.now();
    await user.send('POST', '/wishlist', { game_id: WISHED });
    await launcher.hears('wishlist.updated', { change: 'added' });
    expect(performance.now() - began).toBeLessThan(1_000);
  }, 30_000);
}

describe('news, from a change over REST to a launcher’s socket', () => {
  describe('on PGlite', () => tellsLaunchers(() => Promise.resolve({})));
  describeWithServer('PostgreSQL', 'on PostgreSQL', (address) => {
    let drop = (): Promise<void> => Promise.resolve();
    tellsLaunchers(async () => {
      const fresh = await createDatabase(address, 'news');
      drop = () => fresh.drop();
      return { POSTGRES_DSN: fresh.dsn };
    });
    afterAll(() => drop());
  });
});
