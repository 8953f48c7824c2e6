import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { LibraryClient } from '../client/library-client.ts';

interface Announced {
  readonly upload: {
    readonly upload_id: string;
    readonly put: { readonly url: string; readonly headers: Readonly<Record<string, string>> };
  };
}

/** A save that the service confirmed, and how to ask for it. */
export interface KeptSave {
  readonly client: LibraryClient;
  readonly place: { readonly game_id: string; readonly slot: string };
  readonly sha256: string;
}

/** Uploads one save as a launcher does; resolves when it is confirmed. */
export async function keepSave(client: LibraryClient, gameId: string, slot: string): Promise<KeptSave> {
  const content = randomBytes(1_000 + Math.floor(Math.random() * 20_000));
  const sha256 = createHash('sha256').update(content).digest('hex');
  const place = { game_id: gameId, slot };
  const announced = await client.send<Announced>('POST', '/savegames/upload-url', {
    ...place,
    sha256,
    size_bytes: content.length,
    base_version: null,
    device_id: randomUUID(),
  });
  const { upload_id, put } = announced.upload;
  const { ok, status } = await fetch(put.url, { method: 'PUT', headers: put.headers, body: content });
  if (!ok) throw new Error(`the save store answered ${status} to an upload`);
  await client.send('POST', '/savegames/confirm-upload', { upload_id });
  return { client, place, sha256 };
}

/** Whether the save can be fetched, byte for byte. */
export async function isThere({ client, place, sha256 }: KeptSave): Promise<boolean> {
  const { get } = await client.send<{ readonly get: { readonly url: string } }>(
    'POST',
    '/savegames/download-url',
    place,
  );
  const response = await fetch(get.url);
  const content = Buffer.from(await response.arrayBuffer());
  return response.ok && createHash('sha256').update(content).digest('hex') === sha256;
}
