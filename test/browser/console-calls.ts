/** What happens to a user of the demo before somebody looks at it in the console: calls of the API, as launchers make them. */
import { createHash, randomUUID } from 'node:crypto';
import { DEMO_USER_ID } from '../../lib/library/demo-user.ts';
import { SAMPLE_GAME_IDS } from '../../lib/library/sample-catalog.ts';
import type { StartedSession } from '../../lib/contract/playtime.ts';
import type { UploadUrlReply } from '../../lib/contract/savegame-transfers.ts';
import type { Account, ServedProduct } from './product.ts';

export const PLAYER = DEMO_USER_ID;

/** @throws Error unless it is a success */
export async function send<Reply = unknown>(
  product: ServedProduct,
  account: Account,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: unknown,
): Promise<Reply> {
  const response = await fetch(`${product.url}/api/v1/library${path}`, {
    method,
    headers: { authorization: `Bearer ${await product.token(account)}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as Reply;
}

/** @param game its place in the sample catalogue */
export async function startPlaying(product: ServedProduct, game: number): Promise<string> {
  const body = { game_id: SAMPLE_GAME_IDS[game], device_id: randomUUID() };
  const { session_id: id } = await send<StartedSession>(product, 'player', 'POST', '/playtime/start', body);
  return id;
}

export async function beat(product: ServedProduct, sessionId: string, seq: number): Promise<void> {
  await send(product, 'player', 'POST', '/playtime/heartbeat', { session_id: sessionId, seq });
}

export async function endPlaying(product: ServedProduct, sessionId: string, seq: number): Promise<void> {
  await send(product, 'player', 'POST', '/playtime/end', { session_id: sessionId, seq });
}

/** Two devices save a slot without knowing of each other: the second one lost, and waits for a decision. */
export async function makeConflict(product: ServedProduct, game: number, slot: string): Promise<void> {
  await save(product, game, slot, 'head', 'gold: 1');
  await save(product, game, slot, 'side', 'gold: 2, elsewhere');
}

async function save(
  product: ServedProduct,
  game: number,
  slot: string,
  as: 'head' | 'side',
  content: string,
): Promise<void> {
  const { upload } = await send<UploadUrlReply>(product, 'player', 'POST', '/savegames/upload-url', {
    game_id: SAMPLE_GAME_IDS[game],
    slot,
    as,
    device_id: randomUUID(),
    size_bytes: Buffer.byteLength(content),
    sha256: createHash('sha256').update(content).digest('hex'),
    base_version: null,
  });
  if (upload === null || upload.put === null) throw new Error('nothing is to be uploaded');
  const { method, url, headers } = upload.put;
  const stored = await fetch(url, { method, headers, body: content });
  if (!stored.ok) throw new Error(`the store answered ${stored.status}`);
  await send(product, 'player', 'POST', '/savegames/confirm-upload', { upload_id: upload.upload_id });
}
