/** Moves the files of saves: straight between this page and the store, by requests that the service signed. */
import { Refused } from '../../common/api.ts';
import type { SaveVersion } from '../../../lib/contract/savegames.ts';
import type {
  ConfirmUploadReply,
  DownloadUrlReply,
  SignedRequest,
  UploadUrlBody,
  UploadUrlReply,
} from '../../../lib/contract/savegame-transfers.ts';
import { noteCall, player } from '../calls.ts';
import { announceCall, confirmCall, downloadCall } from './calls.ts';
import { say } from './words.ts';

/** Why a save was refused as the head, with both saves described (`SAVEGAME_CONFLICT`). */
export interface Conflict {
  readonly reason: 'head_moved' | 'no_baseline' | 'deleted';
  readonly cloud: SaveVersion | null;
}

export type Uploaded =
  | { readonly became: 'head' | 'side' | 'unchanged'; readonly version: number }
  | { readonly became: 'refused'; readonly conflict: Conflict };

/** In lower-case hexadecimal. @throws Error where the browser computes none */
export async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const { subtle } = crypto as { subtle?: SubtleCrypto };
  if (subtle === undefined) throw new Error(say('needs_secure'));
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/**
 * Announces, uploads, confirms.
 *
 * @throws Refused for everything but a conflict
 */
export async function upload(body: UploadUrlBody, text: string): Promise<Uploaded> {
  const announced = await orConflict(player.call<UploadUrlReply>(announceCall(body)));
  if ('reason' in announced) return { became: 'refused', conflict: announced };
  const { head, upload: announcement } = announced;
  if (announcement === null) return { became: 'unchanged', version: head?.version ?? 0 };
  if (announcement.put !== null) await send(announcement.put, text);
  const confirmed = await orConflict(player.call<ConfirmUploadReply>(confirmCall(announcement.upload_id)));
  // Somebody was quicker between announcement and confirmation: the save is kept beside theirs.
  if ('reason' in confirmed) return { became: 'side', version: confirmed.local?.version ?? 0 };
  const { state, version } = confirmed.version;
  return { became: state === 'head' ? 'head' : 'side', version };
}

interface ConflictData extends Conflict {
  readonly local: { readonly version: number | null } | null;
}

async function orConflict<Reply extends object>(asked: Promise<Reply>): Promise<Reply | ConflictData> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== 'SAVEGAME_CONFLICT') throw error;
    return error.data as unknown as ConflictData;
  }
}

async function send({ url, headers }: SignedRequest, text: string): Promise<void> {
  await straight('PUT', url, headers, text);
}

/** What a version holds. @throws Refused */
export async function contentOf(gameId: string, slot: string, version?: number): Promise<string> {
  const { get } = await player.call<DownloadUrlReply>(downloadCall(gameId, slot, version));
  return (await straight('GET', get.url, get.headers)).text();
}

async function straight(
  method: 'GET' | 'PUT',
  url: string,
  headers: Readonly<Record<string, string>>,
  text?: string,
): Promise<Response> {
  const ended = noteCall('player', `${method} ${new URL(url).pathname}`, signedLine(method, url, headers, text));
  const body = text === undefined ? {} : { body: bytesOf(text) };
  const response = await fetch(url, { method, headers, ...body }).catch((error: unknown) => {
    ended({ status: 0, code: 'UNREACHABLE' });
    throw new Refused(0, 'UNREACHABLE', String(error));
  });
  ended({ status: response.status });
  if (!response.ok) throw new Refused(response.status, `HTTP_${response.status}`, response.statusText);
  return response;
}

/** A signed request as a command line: it needs no token. */
export function signedLine(
  method: 'GET' | 'PUT',
  url: string,
  headers: Readonly<Record<string, string>>,
  text?: string,
): string {
  return [
    `curl -s ${method === 'GET' ? '' : `-X ${method} `}${quoted(url)}`,
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(text === undefined ? [] : [`-H 'content-type: application/octet-stream'`, `--data-binary ${quoted(text)}`]),
  ].join(' \\\n  ');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
