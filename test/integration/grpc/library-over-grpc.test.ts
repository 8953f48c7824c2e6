import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { credentials, Metadata, status as Status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { signDevToken } from '../../../lib/auth/dev-token.ts';
import { configFrom } from '../../../lib/config/load.ts';
import type { Role } from '../../../lib/contract/endpoint.ts';
import { libraryProto } from '../../../lib/grpc/protos.ts';
import { DEMO_USER_ID } from '../../../lib/library/demo-user.ts';
import { GREETING_GAME_ID, SAMPLE_GAME_IDS } from '../../../lib/library/sample-catalog.ts';
import { LibraryClient } from '../../../scripts/client/library-client.ts';
import { sampleAccount } from '../../../scripts/upstream/sample-accounts.ts';
import { sampleGame } from '../../../scripts/upstream/sample-game.ts';
import { startUpstreamServer, type UpstreamServer } from '../../../scripts/upstream/upstream-server.ts';
import { startNode, type LibraryNode } from '../../../services/node.ts';
import { ended } from '../../unit/services/grpc-gateway.ts';

const START_MS = 60_000;
const DEVICE = '11111111-1111-4111-8111-111111111111';
/** Known to the sample of Catalog only. */
const LATE_GAME = '00000000-0000-7000-8000-0000000b0001';

describe('the library over gRPC, one process with everything embedded', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'library-grpc-'));
  let upstream: UpstreamServer;
  let node: LibraryNode;
  let service: Metadata;
  let clients: ReturnType<typeof connect>;
  const user = uuidv7();
  const token = (userId: string, roles: readonly Role[]) =>
    signDevToken(configFrom('', {}).auth, { userId, roles, ttlSeconds: 3600 }, Date.now());

  function connect(port: number | null) {
    const { LibraryQueryService, LibraryCommandService } = libraryProto().library.v1;
    const address = `127.0.0.1:${port}`;
    return {
      query: new LibraryQueryService(address, credentials.createInsecure()),
      command: new LibraryCommandService(address, credentials.createInsecure()),
    };
  }

  beforeAll(async () => {
    upstream = await startUpstreamServer({ accountOf: sampleAccount, gameOf: sampleGame });
    node = await startNode(
      configFrom('', {
        NODE_ID: 'grpc',
        LIBRARY_HTTP_PORT: '0',
        LIBRARY_GRPC_PORT: '0',
        HTTP_HOST: '127.0.0.1',
        SHARDS: '16',
        HTTP_DRAIN_GRACE_MS: '0',
        LOG_LEVEL: 'fatal',
        DEMO_DATA: 'always',
        DATA_DIR: folder,
        ACCOUNT_GRPC_ADDR: upstream.address,
        CATALOG_GRPC_ADDR: upstream.address,
        UPSTREAM_TIMEOUT_MS: '3000',
      }),
    );
    clients = connect(node.grpcPort);
    service = new Metadata();
    service.set('authorization', `Bearer ${await token(uuidv7(), ['service'])}`);
  }, START_MS);
  afterAll(async () => {
    clients.query.close();
    clients.command.close();
    await node.stop();
    upstream.close();
    rmSync(folder, { recursive: true, force: true });
  }, START_MS);

  const access = (game_id: string) =>
    ended((done) => clients.query.CheckGameAccess({ user_id: user, game_id }, service, done));
  const grant = (game_id: string) =>
    ended((done) =>
      clients.command.GrantGame({ user_id: user, game_id, source: 'ACQUISITION_SOURCE_GIFT' }, service, done),
    );

  it('grants a game, tells of access, and takes the game back with its live session', async () => {
    const game = SAMPLE_GAME_IDS[30] ?? '';
    expect((await access(game)).reply).toMatchObject({ access: 'ACCESS_NONE' });
    expect((await grant(game)).reply).toMatchObject({ game_id: game, created: true });
    expect((await grant(game)).reply).toMatchObject({ created: false });
    expect((await access(game)).reply).toMatchObject({ access: 'ACCESS_OWNED', source: 'ACQUISITION_SOURCE_GIFT' });

    const rest = new LibraryClient(() => node.url ?? '', await token(user, ['user']));
    const { session_id } = await rest.start({ game_id: game, device_id: DEVICE });
    const playing = await ended<{ games: { live: boolean }[] }>((done) =>
      clients.query.GetPlaytime({ user_id: user }, service, done),
    );
    expect(playing.reply.games).toMatchObject([{ game_id: game, live: true }]);

    const revoked = await ended((done) => clients.command.RevokeGame({ user_id: user, game_id: game }, service, done));
    expect(revoked.error).toBeNull();
    expect((await access(game)).reply).toMatchObject({ access: 'ACCESS_NONE', acquired_at: null });
    await expect(rest.end({ session_id, seq: 1 })).rejects.toThrow('The session has ended');
  });

  it('fetches a game that the catalogue does not know, and says NOT_FOUND when nobody does', async () => {
    expect((await grant(LATE_GAME)).error).toBeNull();
    const item = await ended((done) =>
      clients.query.GetLibraryItem({ user_id: user, game_id: LATE_GAME }, service, done),
    );
    expect(item.reply).toMatchObject({ title: 'Orbital Orchard', achievements: { unlocked: 0, total: 1 } });
    const nowhere = await grant(uuidv7());
    expect([nowhere.error?.code, nowhere.details.reason]).toEqual([Status.NOT_FOUND, 'NOT_FOUND']);
  });

  it('lists a library page by page, and checks many at once', async () => {
    const titles: string[] = [];
    for (let cursor = '', first = true; first || cursor !== ''; first = false) {
      const { reply } = await ended<{ items: { title: string }[]; next_cursor: string }>((done) =>
        clients.query.GetLibrary({ user_id: DEMO_USER_ID, limit: 8, cursor }, service, done),
      );
      titles.push(...reply.items.map(({ title }) => title));
      cursor = reply.next_cursor;
    }
    expect([titles.length, new Set(titles).size]).toEqual([20, 20]);
    const checks = SAMPLE_GAME_IDS.slice(15, 25).map((game_id) => ({ user_id: DEMO_USER_ID, game_id }));
    const { reply } = await ended<{ results: { access: string; game_id: string }[] }>((done) =>
      clients.query.BatchCheckGameAccess({ checks }, service, done),
    );
    expect(reply.results.map(({ game_id }) => game_id)).toEqual(checks.map(({ game_id }) => game_id));
    expect(reply.results.map(({ access: of }) => of)).toEqual([
      ...(Array(5).fill('ACCESS_OWNED') as string[]),
      ...(Array(5).fill('ACCESS_NONE') as string[]),
    ]);
  });

  it('sets install states, which the library shows', async () => {
    const set = (status: 'INSTALL_STATUS_INSTALLED' | 'INSTALL_STATUS_NOT_INSTALLED') =>
      ended<{ changed: boolean }>((done) =>
        clients.command.SetInstallStatus(
          { user_id: DEMO_USER_ID, game_id: GREETING_GAME_ID, device_id: DEVICE, status, version: '2.0' },
          service,
          done,
        ),
      );
    const shown = async () =>
      (
        await ended<{ status: string }>((done) =>
          clients.query.GetLibraryItem({ user_id: DEMO_USER_ID, game_id: GREETING_GAME_ID }, service, done),
        )
      ).reply.status;
    const changes = [await set('INSTALL_STATUS_INSTALLED'), await set('INSTALL_STATUS_INSTALLED')];
    expect([changes.map(({ reply }) => reply.changed), await shown()]).toEqual([
      [true, false],
      'INSTALL_STATUS_INSTALLED',
    ]);
    await set('INSTALL_STATUS_NOT_INSTALLED');
    expect(await shown()).toBe('INSTALL_STATUS_NOT_INSTALLED');
  });

  it('unlocks an achievement once, whatever its kind', async () => {
    const { reply: page } = await ended<{ items: { achievement_id: string; unlocked: boolean }[] }>((done) =>
      clients.query.GetAchievements({ user_id: DEMO_USER_ID, game_id: GREETING_GAME_ID }, service, done),
    );
    const locked = page.items.find(({ unlocked }) => !unlocked);
    const unlock = (idempotency_key = '') =>
      ended((done) =>
        clients.command.UnlockAchievement(
          {
            user_id: DEMO_USER_ID,
            game_id: GREETING_GAME_ID,
            idempotency_key,
            achievement_id: locked?.achievement_id ?? '',
          },
          service,
          done,
        ),
      );
    const [first, again, anew] = [await unlock('once'), await unlock('once'), await unlock()];
    expect([first.error, again.error]).toEqual([null, null]);
    expect(again.reply).toEqual(first.reply);
    expect([anew.error?.code, anew.details.reason]).toEqual([Status.ALREADY_EXISTS, 'ACHIEVEMENT_ALREADY_UNLOCKED']);
  });

  it('asks Account who is invited to a family, and shows the names it tells', async () => {
    const authorization = `Bearer ${await token(user, ['user'])}`;
    const ask = async (path: string, body?: object) => {
      const response = await fetch(`${node.url}/api/v1/library${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, text: await response.text() };
    };
    const nobody = await ask('/family/invitations', { member_id: '00000000-0000-7000-8000-000000000404' });
    expect(nobody.status).toBe(404);
    const invited = await ask('/family/invitations', { member_id: DEMO_USER_ID });
    expect(invited.status).toBeLessThan(300);
    expect((await ask('/family')).text).toContain('"display_name":"Ada"');
  });
});
