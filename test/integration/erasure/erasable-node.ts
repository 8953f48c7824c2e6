import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { signDevToken } from '../../../lib/auth/dev-token.ts';
import { configFrom } from '../../../lib/config/load.ts';
import type { Role } from '../../../lib/contract/endpoint.ts';
import type { UploadUrlReply } from '../../../lib/contract/savegame-transfers.ts';
import type { Database } from '../../../lib/db/database.ts';
import { ERASURE_SETTLES_MS } from '../../../lib/erasure/erase-user.ts';
import { SAMPLE_GAME_IDS } from '../../../lib/library/sample-catalog.ts';
import { systemClock, type Clock } from '../../../lib/ports/clock.ts';
import { LibraryClient, RequestFailed } from '../../../scripts/client/library-client.ts';
import { createDatabase } from '../../../scripts/servers/postgres.ts';
import { startNode } from '../../../services/node.ts';
import { tracesInDatabase, tracesInRedis } from '../../traces.ts';

const [GAME = '', OTHER_GAME = '', WISHED = ''] = SAMPLE_GAME_IDS.slice(30);
const DEVICE = '11111111-1111-4111-8111-111111111111';
const ADMIN = '0198f2b4-0a00-7000-8000-00000000ad01';

/** Some of the places that a user with everything is found in. */
const TRACES = [
  ...['user_libraries', 'user_game_categories', 'playtime_sessions', 'playtime_offline_sessions', 'playtime_totals'],
  ...['user_achievements', 'achievement_audit_log', 'wishlists', 'game_settings', 'game_settings_history'],
  ...['library_audit_log', 'idempotency_keys', 'user_revisions', 'bus_messages'],
  ...['savegame_accounts', 'savegame_metadata', 'savegame_versions', 'savegame_objects', 'savegame_uploads'],
  ...['savegame_sync_settings'],
];
const LATE_ANSWERS = [
  ...['GAME_NOT_IN_LIBRARY', 'USER_ERASED', 'USER_ERASED', 'GAME_NOT_IN_LIBRARY', 'GAME_NOT_IN_LIBRARY'],
  ...['USER_ERASED', 'GAME_NOT_IN_LIBRARY', 'USER_ERASED', 'USER_ERASED', 'NOT_FOUND', 'NOT_FOUND'],
];

/** A whole node in this process, on a clock that can be put forward, and everything a user can have in it. */
export type ErasableNode = Awaited<ReturnType<typeof openErasableNode>>;

/** @param servers null: on embedded parts alone */
export async function openErasableNode(servers: { readonly PostgreSQL: string; readonly Redis: string } | null) {
  const folder = mkdtempSync(path.join(tmpdir(), 'library-erasure-'));
  const fresh = servers && (await createDatabase(servers.PostgreSQL, 'erasure'));
  const redis = servers && new Redis(servers.Redis);
  const config = configFrom('', {
    NODE_ID: 'erasure',
    LIBRARY_HTTP_PORT: '0',
    LIBRARY_GRPC_PORT: '0',
    HTTP_HOST: '127.0.0.1',
    HTTP_DRAIN_GRACE_MS: '0',
    LOG_LEVEL: 'fatal',
    DEMO_DATA: 'always',
    DATA_DIR: folder,
    SHARDS: '16',
    ...(servers && fresh ? { POSTGRES_DSN: fresh.dsn, REDIS_ADDR: servers.Redis } : {}),
  });
  const machine = systemClock();
  let forwardMs = 0;
  const clock: Clock = {
    now: () => machine.now() + forwardMs,
    after: (ms, callback) => machine.after(ms, callback),
  };
  const node = await startNode(config, clock);
  const database = node.database as Database;

  const clientOf = async (userId: string, roles: readonly Role[]) =>
    new LibraryClient(
      () => node.url ?? '',
      await signDevToken(config.auth, { userId, roles, ttlSeconds: 3600 }, clock.now()),
    );
  const admin = await clientOf(ADMIN, ['admin']);
  /** Every upload that a user announced: files are named after them. */
  const uploads = new Map<string, readonly string[]>();

  async function userWithEverything(): Promise<string> {
    const userId = uuidv7();
    const user = await clientOf(userId, ['user']);
    for (const game_id of [GAME, OTHER_GAME]) await admin.grant(userId, { game_id, source: 'purchase' });
    const category = await user.send<{ category_id: string }>('POST', '/categories', { name: 'Mine' });
    await user.send('PATCH', `/${GAME}`, { notes: 'a secret', category_ids: [category.category_id] });
    await user.send('POST', '/wishlist', { game_id: WISHED }, { 'idempotency-key': 'wish' });
    await user.send('PUT', `/settings/${GAME}`, { settings: { volume: 1 } });
    await user.send('PUT', `/settings/${GAME}`, { settings: { volume: 2 } }, { 'if-match': '*' });
    const live = await user.start({ game_id: GAME, device_id: DEVICE });
    await user.heartbeat({ session_id: live.session_id, seq: 1 });
    const past = await user.start({ game_id: OTHER_GAME, device_id: DEVICE });
    await user.end({ session_id: past.session_id, seq: 1 });
    const hourAgo = (hours: number) => new Date(clock.now() - hours * 3_600_000).toISOString();
    await user.offline({
      sessions: [
        { client_session_id: 'plane', game_id: GAME, device_id: DEVICE, started_at: hourAgo(3), ended_at: hourAgo(2) },
      ],
    });
    await achieve(user);
    await save(user, userId);
    await user.send('GET', '/');
    await user.send('GET', '/achievements');
    return userId;
  }

  /** One unlock and one refusal. */
  async function achieve(user: LibraryClient): Promise<void> {
    const { items } = await user.send<{ items: { achievement_id: string; authority: string; target: number }[] }>(
      'GET',
      `/achievements?game_id=${GAME}&limit=200`,
    );
    const simple = items.find(({ authority, target }) => authority === 'client' && target === 1);
    await user.send('POST', '/achievements/unlock', { game_id: GAME, achievement_id: simple?.achievement_id });
    await user
      .send('POST', '/achievements/unlock', { game_id: GAME, achievement_id: simple?.achievement_id })
      .catch((error: unknown) => {
        if (!(error instanceof RequestFailed) || error.code !== 'ACHIEVEMENT_ALREADY_UNLOCKED') throw error;
      });
  }

  /** A save with a past, one that lost to it, settings, and two uploads that are not finished: one has its bytes. */
  async function save(user: LibraryClient, userId: string): Promise<void> {
    await user.send('PUT', `/savegames/sync-settings?game_id=${GAME}`, {
      enabled: true,
      keep_versions: 5,
      on_conflict: 'ask',
    });
    for (const more of [{}, { as: 'side' }, { base_version: 1 }]) {
      const upload_id = await upload(user, userId, `a save ${JSON.stringify(more)}`, more);
      await user.send('POST', '/savegames/confirm-upload', { upload_id });
    }
    await upload(user, userId, 'not confirmed', { slot: 'slot-2' });
    await announce(user, userId, 'not sent', { slot: 'slot-3' });
  }

  /** Announces a save and sends its bytes. Returns the id of the upload. */
  async function upload(user: LibraryClient, userId: string, content: string, more: object): Promise<string> {
    const { upload_id, put } = await announce(user, userId, content, more);
    const sent = await fetch(put.url, { method: put.method, headers: put.headers, body: content });
    if (!sent.ok) throw new Error(`the store answered ${sent.status}`);
    return upload_id;
  }

  async function announce(user: LibraryClient, userId: string, content: string, more: object) {
    const { upload: announced } = await user.send<UploadUrlReply>('POST', '/savegames/upload-url', {
      game_id: GAME,
      slot: 'slot-1',
      device_id: DEVICE,
      base_version: null,
      label: 'a secret',
      size_bytes: Buffer.byteLength(content),
      sha256: createHash('sha256').update(content).digest('hex'),
      ...more,
    });
    if (!announced?.put) throw new Error('nothing was to be uploaded');
    const { upload_id, put } = announced;
    uploads.set(userId, [...(uploads.get(userId) ?? []), upload_id]);
    return { upload_id, put };
  }

  /** What each of the user's late requests comes to. */
  async function lateRequests(userId: string): Promise<string[]> {
    const user = await clientOf(userId, ['user']);
    const answers: string[] = [];
    for (const request of [
      () => user.send('PATCH', `/${GAME}`, { notes: 'still here' }),
      () => user.send('POST', '/categories', { name: 'Again' }),
      () => user.send('POST', '/wishlist', { game_id: WISHED }),
      () => user.send('PUT', `/settings/${GAME}`, { settings: { volume: 3 } }),
      () => user.start({ game_id: GAME, device_id: DEVICE }),
      () => admin.grant(userId, { game_id: GAME, source: 'gift' }),
      () => user.send('POST', '/achievements/unlock', { game_id: GAME, achievement_id: 'any' }),
      () => announce(user, userId, 'late', {}),
      () => user.send('PUT', '/savegames/sync-settings', { enabled: false, keep_versions: 1, on_conflict: 'ask' }),
      () => user.send('POST', '/savegames/confirm-upload', { upload_id: uploads.get(userId)?.at(-2) }),
      () => user.send('POST', '/savegames/download-url', { game_id: GAME, slot: 'slot-1' }),
    ]) {
      answers.push(
        await request().then(
          () => 'taken',
          (error: RequestFailed) => error.code,
        ),
      );
    }
    return answers;
  }

  const counters = () => countersIn(database);
  return {
    userWithEverything,
    lateRequests,
    counters,
    expectedTraces: TRACES,
    lateAnswers: LATE_ANSWERS,
    recount: () => recountIn(database),
    deleteAccount: (userId: string) => admin.send('DELETE', `/admin/users/${userId}`),
    latePurchase: (userId: string) =>
      admin.send('POST', '/admin/events', {
        source: '/test',
        type: 'payment.purchase.completed',
        data: { user_id: userId, game_ids: [GAME], order_id: 'late' },
      }),
    /** The second pass, as if its time had come. */
    async finish(): Promise<void> {
      forwardMs += ERASURE_SETTLES_MS + 1_000;
      await node.broker.call('erasure.finish');
    },
    /** How many files of saves there are of the user. */
    files(userId: string): number {
      const names = readdirSync(path.join(folder, 'saves'), { recursive: true, encoding: 'utf8' });
      const own = uploads.get(userId) ?? [];
      return own.filter((upload) => names.some((name) => name.includes(upload))).length;
    },
    /** Once no URL that was signed before can be alive any more. */
    async sweepSaves(): Promise<void> {
      forwardMs += config.saves.urlSeconds * 1_000 + 1;
      await node.broker.call('saves-sweeper.sweep');
    },
    async traces(userId: string): Promise<readonly string[]> {
      const inRedis = redis === null ? [] : await tracesInRedis(redis, userId);
      return [...(await tracesInDatabase(database.db, userId)), ...inRedis.map((key) => `redis ${key}`)];
    },
    async close(): Promise<void> {
      await node.stop();
      redis?.disconnect();
      await fresh?.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function countersIn({ db }: Database) {
  const { rows } = await sql<{ what: string; n: number }>`
    SELECT game_id || ' ' || achievement_id AS what, sum(unlocked)::integer AS n FROM achievement_stats GROUP BY 1
    HAVING sum(unlocked) <> 0
    UNION ALL SELECT game_id::text, sum(owners)::integer FROM game_owner_stats GROUP BY 1 HAVING sum(owners) <> 0
    ORDER BY 1`.execute(db);
  return rows;
}

async function recountIn({ db }: Database) {
  const { rows } = await sql<{ what: string; n: number }>`
    SELECT a.game_id || ' ' || achievement_id AS what, count(*)::integer AS n
    FROM user_achievements a JOIN user_libraries l USING (user_id, game_id)
    WHERE revoked_at IS NULL AND source <> 'family' GROUP BY 1
    UNION ALL SELECT game_id::text, count(*)::integer FROM user_libraries
    WHERE revoked_at IS NULL AND source <> 'family' GROUP BY 1
    ORDER BY 1`.execute(db);
  return rows;
}
