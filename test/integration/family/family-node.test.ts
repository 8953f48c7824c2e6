import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { signDevToken } from '../../../lib/auth/dev-token.ts';
import { configFrom } from '../../../lib/config/load.ts';
import type { Role } from '../../../lib/contract/endpoint.ts';
import type { Family } from '../../../lib/contract/family.ts';
import type { LibraryItem, LibraryPage } from '../../../lib/contract/library.ts';
import { DEMO_MEMBER_ID, DEMO_USER_ID } from '../../../lib/library/demo-user.ts';
import { SAMPLE_GAME_IDS } from '../../../lib/library/sample-catalog.ts';
import { systemClock } from '../../../lib/ports/clock.ts';
import { LibraryClient } from '../../../scripts/client/library-client.ts';
import { startNode, type LibraryNode } from '../../../services/node.ts';

const [GAME = '', OTHER_GAME = ''] = SAMPLE_GAME_IDS.slice(30);
const DEVICE = '11111111-1111-4111-8111-111111111111';

describe('a family at a whole embedded node', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'library-family-'));
  const config = configFrom('', {
    NODE_ID: 'family',
    LIBRARY_HTTP_PORT: '0',
    LIBRARY_GRPC_PORT: '0',
    HTTP_HOST: '127.0.0.1',
    HTTP_DRAIN_GRACE_MS: '0',
    LOG_LEVEL: 'fatal',
    DEMO_DATA: 'always',
    DATA_DIR: folder,
    SHARDS: '16',
  });
  const clock = systemClock();
  let node: LibraryNode;
  const clientOf = async (userId: string, roles: readonly Role[] = ['user']) => {
    const token = await signDevToken(config.auth, { userId, roles, ttlSeconds: 3600 }, clock.now());
    return new LibraryClient(() => node.url ?? '', token);
  };
  const gamesOf = async (client: LibraryClient) =>
    (await client.send<LibraryPage>('GET', '/?limit=200')).items.map(({ game_id, source }) => [game_id, source]);
  const family = (client: LibraryClient) => client.send<Family>('GET', '/family');

  beforeAll(async () => {
    node = await startNode(config, clock);
  }, 60_000);
  afterAll(async () => {
    await node.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** An owner of two games, whom two members borrow from. */
  async function people() {
    const [ownerId, memberId, otherId] = [uuidv7(), uuidv7(), uuidv7()];
    const admin = await clientOf(uuidv7(), ['admin']);
    const [owner, member, other] = await Promise.all([ownerId, memberId, otherId].map((id) => clientOf(id)));
    for (const game_id of [GAME, OTHER_GAME]) await admin.grant(ownerId, { game_id, source: 'purchase' });
    const join = async (client: LibraryClient, id: string): Promise<void> => {
      await owner!.send('POST', '/family/invitations', { member_id: id });
      await client.send('POST', `/family/invitations/${ownerId}/accept`);
    };
    return { ownerId, memberId, otherId, admin, owner: owner!, member: member!, other: other!, join };
  }

  it('lets a member play a borrowed game, one person a copy, until the owner ends it', async () => {
    const { ownerId, memberId, otherId, admin, owner, member, other, join } = await people();
    expect(await gamesOf(member)).toEqual([]);
    await join(member, memberId);
    await join(other, otherId);
    expect(await gamesOf(member)).toEqual(
      expect.arrayContaining([
        [GAME, 'family'],
        [OTHER_GAME, 'family'],
      ]),
    );
    expect((await family(owner)).members.map(({ user_id, status }) => [user_id, status])).toEqual(
      expect.arrayContaining([
        [memberId, 'active'],
        [otherId, 'active'],
      ]),
    );
    expect(await admin.send('GET', `/admin/users/${memberId}/family`)).toEqual(await family(member));
    expect(await member.send<LibraryItem>('GET', `/${GAME}`)).toMatchObject({ shared_by: [{ user_id: ownerId }] });
    expect(await owner.send<LibraryItem>('GET', `/${GAME}`)).toMatchObject({ shared_by: [], shared_with: 2 });

    const { session_id } = await member.start({ game_id: GAME, device_id: DEVICE });
    await member.heartbeat({ session_id, seq: 1 });
    await expect(other.start({ game_id: GAME, device_id: DEVICE })).rejects.toMatchObject({
      code: 'COPY_IN_USE',
      problem: { played_by: 'member', until: expect.any(String) },
    });
    await other.start({ game_id: OTHER_GAME, device_id: DEVICE });

    await owner.send('DELETE', `/family/members/${memberId}`);
    expect(await gamesOf(member)).toEqual([]);
    await expect(member.heartbeat({ session_id, seq: 2 })).rejects.toMatchObject({
      code: 'INVALID_SESSION_OPERATION',
      problem: { end_reason: 'revoked' },
    });
    await expect(member.start({ game_id: GAME, device_id: DEVICE })).rejects.toMatchObject({
      code: 'GAME_NOT_IN_LIBRARY',
    });
    // The copy is free again at once, and not only when its promise has passed.
    await freed(() => other.start({ game_id: GAME, device_id: DEVICE }));
  });

  /** The borrower's actor gives the copy back beside the answer. */
  async function freed<Result>(start: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await start();
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'COPY_IN_USE') throw error;
      }
    }
  }

  it('ends live sessions of what is excluded or refunded, and of those who borrow from somebody erased', async () => {
    const { ownerId, memberId, admin, owner, member, join } = await people();
    await join(member, memberId);
    const play = async (game_id: string) => (await member.start({ game_id, device_id: DEVICE })).session_id;
    const live = async () =>
      (await member.send<{ items: { game_id: string }[] }>('GET', '/playtime/live')).items.map(
        ({ game_id }) => game_id,
      );

    await play(GAME);
    await play(OTHER_GAME);
    await owner.send('PUT', `/family/exclusions/${GAME}`);
    expect(await live()).toEqual([OTHER_GAME]);
    expect(await owner.send('GET', '/family/exclusions')).toMatchObject({ items: [{ game_id: GAME }] });
    await admin.send('DELETE', `/admin/users/${ownerId}/games/${OTHER_GAME}`);
    expect(await live()).toEqual([]);

    await owner.send('DELETE', `/family/exclusions/${GAME}`);
    await freed(() => play(GAME));
    await admin.send('DELETE', `/admin/users/${ownerId}`);
    expect(await live()).toEqual([]);
    expect(await gamesOf(member)).toEqual([]);
    expect(await family(member)).toMatchObject({ owners: [] });
  });

  it('finishes the end of a link that somebody left half done', async () => {
    const { ownerId, memberId, member, join } = await people();
    await join(member, memberId);
    await member.start({ game_id: GAME, device_id: DEVICE });
    // As if the process had died after the commit.
    await node.database?.db
      .updateTable('family_sharing_links')
      .set({ status: 'ended', ended_at: new Date(clock.now() - 3_600_000) })
      .where((eb) => eb.or([eb('user_id', '=', ownerId), eb('user_id', '=', memberId)]))
      .execute();
    await node.database?.db
      .updateTable('user_libraries')
      .set({ revoked_at: new Date() })
      .where('user_id', '=', memberId)
      .execute();
    expect(await node.broker.call('family-ends.finish')).toBe(1);
    expect(await member.send('GET', '/playtime/live')).toMatchObject({ items: [] });
    expect(await node.broker.call('family-ends.finish')).toBe(0);
  });

  it('is there to be tried from the first start: a second demo user borrows from the first', async () => {
    const [owner, member] = [await clientOf(DEMO_USER_ID), await clientOf(DEMO_MEMBER_ID)];
    expect(await family(owner)).toMatchObject({ members: [{ user_id: DEMO_MEMBER_ID }], excluded_games: 1 });
    expect(await family(member)).toMatchObject({ owners: [{ user_id: DEMO_USER_ID }] });
    expect((await gamesOf(member)).length).toBe((await gamesOf(owner)).length - 1);
  });
});
