import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { signDevToken } from '../../../lib/auth/dev-token.ts';
import { configFrom } from '../../../lib/config/load.ts';
import type { Role } from '../../../lib/contract/endpoint.ts';
import type * as transfer from '../../../lib/contract/savegame-transfers.ts';
import type { SaveSlotPage, SaveVersionPage, SyncSettings } from '../../../lib/contract/savegames.ts';
import { SAMPLE_GAME_IDS } from '../../../lib/library/sample-catalog.ts';
import { LibraryClient, RequestFailed } from '../../../scripts/client/library-client.ts';
import { startNode, type LibraryNode } from '../../../services/node.ts';

const [GAME = ''] = SAMPLE_GAME_IDS;
const DEVICE = '11111111-1111-4111-8111-111111111111';
const OTHER_DEVICE = '22222222-2222-4222-8222-222222222222';
const START_MS = 60_000;

describe('cloud saves over REST, in a folder that the gateway serves', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'library-saves-'));
  const config = configFrom('', {
    NODE_ID: 'saves',
    LIBRARY_HTTP_PORT: '0',
    HTTP_HOST: '127.0.0.1',
    HTTP_DRAIN_GRACE_MS: '0',
    LIBRARY_GRPC_PORT: '0',
    LOG_LEVEL: 'fatal',
    DEMO_DATA: 'always',
    DATA_DIR: folder,
    SHARDS: '16',
    SAVES_QUOTA_BYTES: '1000',
  });
  let node: LibraryNode;
  let userId: string;
  let user: LibraryClient;
  beforeAll(async () => {
    node = await startNode(config);
  }, START_MS);
  afterAll(async () => {
    await node.stop();
    rmSync(folder, { recursive: true, force: true });
  }, START_MS);

  const clientOf = async (id: string, ...roles: Role[]) => {
    const token = await signDevToken(config.auth, { userId: id, roles, ttlSeconds: 3600 }, Date.now());
    return new LibraryClient(() => node.url ?? '', token);
  };
  beforeEach(async () => {
    userId = uuidv7();
    user = await clientOf(userId, 'user');
    const admin = await clientOf(uuidv7(), 'admin');
    await admin.grant(userId, { game_id: GAME, source: 'purchase' });
  });

  const announce = (content: string, more: object = {}) =>
    user.send<transfer.UploadUrlReply>('POST', '/savegames/upload-url', {
      game_id: GAME,
      slot: 'slot-1',
      device_id: DEVICE,
      base_version: null,
      size_bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      ...more,
    });
  const put = async (content: string, { upload }: transfer.UploadUrlReply) => {
    if (!upload?.put) throw new Error('nothing to upload');
    const { method, url, headers } = upload.put;
    expect((await fetch(url, { method, headers, body: content })).status).toBe(200);
    return upload.upload_id;
  };
  const confirm = (upload_id: string, headers: Record<string, string> = {}) =>
    user.send<transfer.ConfirmUploadReply>('POST', '/savegames/confirm-upload', { upload_id }, headers);
  const save = async (content: string, more: object = {}) =>
    (await confirm(await put(content, await announce(content, more)))).version.version;
  const list = (query = '') => user.send<SaveSlotPage>('GET', `/savegames${query}`);
  const download = async (body: object) => {
    const { get } = await user.send<transfer.DownloadUrlReply>('POST', '/savegames/download-url', {
      game_id: GAME,
      slot: 'slot-1',
      ...body,
    });
    return (await fetch(get.url, { headers: get.headers })).text();
  };
  const refusal = (request: Promise<unknown>) =>
    request.then(
      () => null,
      (error: unknown) => {
        if (error instanceof RequestFailed) return { status: error.status, code: error.code };
        throw error;
      },
    );
  const conflict = async () => {
    const base = await save('base');
    const head = await save('head', { base_version: base });
    const side = await save('side', { base_version: base, as: 'side', device_id: OTHER_DEVICE });
    return { base, head, side };
  };

  it('go up and come down byte for byte, and the URLs are the gateway’s own', async () => {
    const announced = await announce('chapter 3');
    expect(announced.upload?.put?.url.startsWith(`${node.url}/save-files/`)).toBe(true);
    const upload_id = await put('chapter 3', announced);
    expect(await confirm(upload_id)).toMatchObject({ slot: 'slot-1', version: { version: 1, state: 'head' } });
    expect(await download({})).toBe('chapter 3');
    expect(await announce('chapter 3', { base_version: 1 })).toMatchObject({ unchanged: true, upload: null });
    expect(await list(`?game_id=${GAME}&slot=slot-1`)).toMatchObject({ items: [{ head: { version: 1 } }] });
    expect(await user.send('GET', '/savegames/quota')).toMatchObject({ stored_bytes: 9, available_bytes: 991 });
  });

  it('are confirmed once: the same key gets the same answer, another try the version it became', async () => {
    const upload_id = await put('once', await announce('once'));
    const headers = { 'idempotency-key': 'confirm' };
    expect(await confirm(upload_id, headers)).toEqual(await confirm(upload_id, headers));
    expect(await refusal(confirm(upload_id))).toEqual({ status: 409, code: 'SAVEGAME_ALREADY_CONFIRMED' });
  });

  it('are refused each with its code', async () => {
    const none = '0198f2b4-7c1e-7a30-9d52-3f6b1c0a4e21';
    const slot = { game_id: GAME, slot: 'slot-1' };
    await save('there');
    const refused: readonly (readonly [status: number, code: string, request: () => Promise<unknown>])[] = [
      [404, 'GAME_NOT_IN_LIBRARY', () => announce('x', { game_id: none })],
      [409, 'SAVEGAME_CONFLICT', () => announce('x')],
      [403, 'QUOTA_EXCEEDED', () => announce('x'.repeat(1000), { base_version: 1 })],
      [422, 'VALIDATION_ERROR', () => announce('x', { slot: 'Slot 1' })],
      [404, 'NOT_FOUND', () => confirm(none)],
      [409, 'SAVEGAME_NOT_UPLOADED', async () => confirm((await announce('y', { base_version: 1 })).upload!.upload_id)],
      [404, 'NOT_FOUND', () => user.send('DELETE', `/savegames/uploads/${none}`)],
      [404, 'NOT_FOUND', () => download({ version: 99 })],
      [404, 'NOT_FOUND', () => user.send('GET', `/savegames/${GAME}/slot-9/versions`)],
      [409, 'CONFLICT', () => user.send('DELETE', `/savegames/${GAME}/slot-1/versions/1`)],
      [422, 'VALIDATION_ERROR', () => user.send('PATCH', `/savegames/${GAME}/slot-1/versions/1`, {})],
      [422, 'VALIDATION_ERROR', () => user.send('DELETE', `/savegames/${GAME}/slot-1/versions/01`)],
      [
        412,
        'PRECONDITION_FAILED',
        () => user.send('DELETE', `/savegames/${GAME}/slot-1`, undefined, { 'if-match': '"7"' }),
      ],
      [
        422,
        'VALIDATION_ERROR',
        () => user.send('POST', '/savegames/restore', { ...slot, head_version: 1, device_id: DEVICE }),
      ],
      [403, 'FORBIDDEN', () => user.send('GET', `/admin/users/${userId}/savegames`)],
    ];
    for (const [status, code, request] of refused) expect(await refusal(request())).toEqual({ status, code });
  });

  it('that met are decided, restored, named and deleted', async () => {
    const { base, head, side } = await conflict();
    const slot = { game_id: GAME, slot: 'slot-1', device_id: DEVICE };
    const decision = { ...slot, side_version: side, keep: 'both', head_version: head, into_slot: 'mine.2' };
    const decided = await user.send<transfer.ResolveReply>('POST', '/savegames/resolve', decision);
    expect(decided).toMatchObject({ slot: { conflicts: [] }, other_slot: { slot: 'mine.2' } });
    expect(await download({ slot: 'mine.2' })).toBe('side');
    await user.send('POST', '/savegames/restore', { ...slot, version: base, head_version: head });
    expect(await download({})).toBe('base');
    const path = `/savegames/${GAME.toUpperCase()}/slot-1/versions`;
    const named = { pinned: true, label: 'Before the last boss' };
    expect(await user.send('PATCH', `${path}/${head}`, named)).toMatchObject({ version: head, ...named });
    await user.send('DELETE', `${path}/${side}`);
    const { items } = await user.send<SaveVersionPage>('GET', `${path}?limit=200`);
    expect(items.map(({ version }) => version)).toEqual([side + 2, head, base]);
    await user.send('DELETE', `/savegames/${GAME}/mine.2?permanently=true`);
    await user.send('DELETE', `/savegames/${GAME}/slot-1`, undefined, { 'if-match': `"${side + 2}"` });
    expect((await list()).items).toEqual([]);
    expect((await list('?deleted=true')).items).toMatchObject([{ slot: 'slot-1', versions: 3 }]);
    await user.send('POST', '/savegames/restore', { ...slot, head_version: null });
    expect(await download({})).toBe('base');
  });

  it('stand where a launcher can see it, with what other devices do', async () => {
    await save('one');
    await announce('two', { base_version: 1, device_id: OTHER_DEVICE });
    await user.start({ game_id: GAME, device_id: OTHER_DEVICE });
    expect(await user.send('GET', `/savegames/sync-status?game_id=${GAME}&device_id=${DEVICE}`)).toMatchObject({
      status: 'uploading',
      slots: [{ slot: 'slot-1', head_version: 1 }],
      other_devices: { uploads: [{ device_id: OTHER_DEVICE }], live_sessions: [{ device_id: OTHER_DEVICE }] },
    });
  });

  it('are given up on request', async () => {
    const { upload } = await announce('never sent');
    await user.send('DELETE', `/savegames/uploads/${upload!.upload_id}`);
    expect(await user.send('GET', '/savegames/quota')).toMatchObject({ reserved_bytes: 0 });
  });

  it('are synchronised as the user says, by the version that was seen', async () => {
    const settings = { enabled: false, keep_versions: 2, on_conflict: 'cloud' };
    const of = `/savegames/sync-settings?game_id=${GAME}`;
    const first = await user.send<SyncSettings>('PUT', '/savegames/sync-settings', settings, { 'if-match': '"0"' });
    expect(first).toMatchObject({ ...settings, version: 1 });
    expect(await user.send('GET', of)).toMatchObject({ ...settings, inherited: true });
    expect(await refusal(announce('x'))).toEqual({ status: 409, code: 'SAVEGAME_SYNC_OFF' });
    expect(await refusal(user.send('PUT', of, settings, { 'if-match': '"0"' }))).toEqual({
      status: 412,
      code: 'PRECONDITION_FAILED',
    });
    await user.send('PUT', of, { ...settings, enabled: true }, { 'if-match': '"1"' });
    await save('x');
  });

  it('can be looked at by support, who may decide a conflict, which is written down; others cannot', async () => {
    const { head, side } = await conflict();
    const of = `/admin/users/${userId}/savegames`;
    const support = await clientOf(uuidv7(), 'support');
    expect(await support.send('GET', of)).toMatchObject({ items: [{ conflicts: [{ version: side }] }] });
    expect(await support.send('GET', `${of}/quota`)).toMatchObject({ stored_bytes: 12 });
    expect(await support.send('GET', `${of}/${GAME}/slot-1/versions`)).toMatchObject({ items: [{}, {}, {}] });
    const decision = { game_id: GAME, slot: 'slot-1', side_version: side, head_version: head, device_id: DEVICE };
    const service = await clientOf(uuidv7(), 'service');
    expect((await refusal(service.send('POST', `${of}/resolve`, { ...decision, keep: 'local' })))?.status).toBe(403);
    await support.send('POST', `${of}/resolve`, { ...decision, keep: 'local' });
    expect(await download({})).toBe('side');
    expect(await support.send('GET', `/admin/audit?user_id=${userId}`)).toMatchObject({
      items: [{ action: 'savegame.resolved', details: { keep: 'local', side_version: side } }, {}],
    });
    const stranger = await clientOf(uuidv7(), 'user');
    expect(await stranger.send('GET', '/savegames')).toMatchObject({ items: [] });
    const body = { game_id: GAME, slot: 'slot-1' };
    expect((await refusal(stranger.send('POST', '/savegames/download-url', body)))?.status).toBe(404);
  });
});
