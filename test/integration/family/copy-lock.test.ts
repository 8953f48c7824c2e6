import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { WebSocket } from 'ws';
import { signDevToken } from '../../../lib/auth/dev-token.ts';
import { configFrom } from '../../../lib/config/load.ts';
import type { Role } from '../../../lib/contract/endpoint.ts';
import { BASE_PATH } from '../../../lib/contract/endpoints.ts';
import { SOCKET_PATH, type NewsFrame } from '../../../lib/contract/frames.ts';
import type { BeatReply } from '../../../lib/contract/playtime.ts';
import { SAMPLE_GAME_IDS } from '../../../lib/library/sample-catalog.ts';
import { systemClock } from '../../../lib/ports/clock.ts';
import { LibraryClient, RequestFailed } from '../../../scripts/client/library-client.ts';
import { startNode, type LibraryNode } from '../../../services/node.ts';

const [GAME = ''] = SAMPLE_GAME_IDS.slice(30);
const DEVICE = '11111111-1111-4111-8111-111111111111';
const START_MS = 60_000;
const BEAT_MS = 200;

describe('the copy of a game at a whole embedded node', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'library-copy-'));
  const config = configFrom('', {
    NODE_ID: 'copies',
    LIBRARY_HTTP_PORT: '0',
    LIBRARY_GRPC_PORT: '0',
    HTTP_HOST: '127.0.0.1',
    HTTP_DRAIN_GRACE_MS: '0',
    LOG_LEVEL: 'fatal',
    DEMO_DATA: 'always',
    DATA_DIR: folder,
    SHARDS: '16',
    HEARTBEAT_INTERVAL_SECONDS: '1',
    MAX_GAP_SECONDS: '2',
    SESSION_TIMEOUT_SECONDS: '3',
    FAMILY_GRACE_SECONDS: '2',
  });
  const clock = systemClock();
  let node: LibraryNode;
  let [ownerId, memberId] = ['', ''];
  let owner: LibraryClient;
  let member: LibraryClient;
  let seq = 0;
  const tokenOf = (userId: string, ...roles: Role[]) =>
    signDevToken(config.auth, { userId, roles, ttlSeconds: 3600 }, clock.now());
  const clientOf = async (userId: string, role: Role = 'user') =>
    new LibraryClient(() => node.url ?? '', await tokenOf(userId, role));
  const start = (client: LibraryClient) => client.start({ game_id: GAME, device_id: DEVICE });

  beforeAll(async () => {
    node = await startNode(config, clock);
  }, START_MS);
  afterAll(async () => {
    await node.stop();
    rmSync(folder, { recursive: true, force: true });
  }, START_MS);
  beforeEach(async () => {
    [ownerId, memberId, seq] = [uuidv7(), uuidv7(), 0];
    [owner, member] = [await clientOf(ownerId), await clientOf(memberId)];
    await (await clientOf(uuidv7(), 'admin')).grant(ownerId, { game_id: GAME, source: 'purchase' });
    await owner.send('POST', '/family/invitations', { member_id: memberId });
    await member.send('POST', `/family/invitations/${ownerId}/accept`);
  });

  /** The member beats until an answer is as wished, or a beat is refused; the owner beats too, if he plays. */
  async function beatUntil(
    session_id: string,
    wished: (reply: BeatReply) => boolean,
    owned: string | null = null,
  ): Promise<BeatReply> {
    for (;;) {
      const reply = await member.heartbeat({ session_id, seq: (seq += 1) });
      if (wished(reply)) return reply;
      if (owned !== null) await owner.heartbeat({ session_id: owned, seq });
      await pause(BEAT_MS);
    }
  }

  it('belongs to the borrower for as long as the owner does not play', async () => {
    const { session_id } = await start(member);
    const began = clock.now();
    const longer = (): boolean => clock.now() - began > 4_000; // than a promise
    expect(await beatUntil(session_id, longer)).toMatchObject({ status: 'live', ends_at: null });
  }, 30_000);

  it('goes to the owner, who plays at once: the borrower hears when it ends, plays so long, and keeps the time', async () => {
    const { session_id } = await start(member);
    await beatUntil(session_id, () => true);
    const own = await start(owner);
    expect(own).toMatchObject({ status: 'live', ends_at: null });

    const warned = await beatUntil(session_id, ({ ends_at }) => ends_at !== null, own.session_id);
    const endsAt = Date.parse(warned.ends_at ?? '');
    expect(endsAt - clock.now()).toBeLessThanOrEqual(8_000); // the margin of a first promise included
    const refused = await beatUntil(session_id, () => false, own.session_id).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(RequestFailed);
    expect(refused).toMatchObject({ code: 'INVALID_SESSION_OPERATION', problem: { end_reason: 'reclaimed' } });
    expect(clock.now()).toBeGreaterThanOrEqual(endsAt - BEAT_MS);
    await expect(start(member)).rejects.toMatchObject({ code: 'COPY_IN_USE' });

    const { items } = await member.send<{ items: { end_reason: string; credited_seconds: number }[] }>(
      'GET',
      '/playtime/sessions',
    );
    expect(items).toMatchObject([{ end_reason: 'reclaimed', credited_seconds: expect.any(Number) }]);
    expect(items[0]?.credited_seconds).toBeGreaterThan(0);
  }, 30_000);

  it('is announced to the sockets of the borrower before it goes', async () => {
    const { session_id } = await start(member);
    const url = `${(node.url ?? '').replace(/^http/, 'ws')}${BASE_PATH}${SOCKET_PATH}`;
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${await tokenOf(memberId, 'user')}` } });
    const heard: NewsFrame[] = [];
    const hears = async (event: string): Promise<NewsFrame> => {
      for (;;) {
        const found = heard.find((frame) => (frame.event as string) === event);
        if (found) return found;
        const [frame] = (await once(socket, 'message')) as [Buffer];
        heard.push(JSON.parse(frame.toString()) as NewsFrame);
      }
    };
    await once(socket, 'open');
    socket.send('{"type":"resume","last_id":null}');
    await hears('ready');
    await start(owner);
    expect(await hears('playtime.warning')).toMatchObject({
      data: { game_id: GAME, session_id, ends_at: expect.any(String), reason: 'owner_plays' },
    });
    socket.terminate();
    await once(socket, 'close');
  }, 30_000);
});
