import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { SignedRequest } from '../../lib/contract/savegame-transfers.ts';
import { TransferFailed } from './retry.ts';

export interface TransferRules {
  /** A transfer that has not moved for so long is given up, to be begun anew. */
  readonly stallMs: number;
  readonly signal: AbortSignal;
}

/** Told of the position in the file that a transfer has come to, as it moves. */
export type OnPosition = (bytes: number) => void;

/** Some of a file: from `start` on, `sizeBytes` of it. */
export interface FileRange {
  readonly file: string;
  readonly start: number;
  readonly sizeBytes: number;
}

/**
 * Sends bytes of a file, streamed from the disk. The store takes exactly the announced ones.
 *
 * @throws TransferFailed
 */
export async function putRange(
  request: SignedRequest,
  { file, start, sizeBytes }: FileRange,
  rules: TransferRules,
  onPosition: OnPosition,
): Promise<void> {
  const bytes = (moved: () => void): AsyncIterable<Uint8Array> => {
    const stream = createReadStream(file, { start, end: start + sizeBytes - 1, highWaterMark: 256 * 1024 });
    return counted(stream, start, moved, onPosition);
  };
  await exchange(request, { 'content-length': String(sizeBytes) }, rules, {
    body: (moved) => (sizeBytes === 0 ? new Uint8Array(0) : bytes(moved)),
    receive: async () => undefined,
  });
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  from: number,
  moved: () => void,
  onPosition: OnPosition,
): AsyncGenerator<Uint8Array> {
  let position = from;
  for await (const chunk of chunks) {
    moved();
    onPosition((position += chunk.length));
    yield chunk;
  }
}

/**
 * Fetches what is missing of a file that has `have` bytes already. A store that does not know ranges sends it whole, and
 * the file is written anew.
 *
 * @throws TransferFailed
 */
export async function getRest(
  request: SignedRequest,
  file: string,
  have: number,
  rules: TransferRules,
  onPosition: OnPosition,
): Promise<void> {
  const headers = { 'accept-encoding': 'identity', ...(have > 0 ? { range: `bytes=${have}-` } : {}) };
  await exchange(request, headers, rules, {
    async receive(response, moved) {
      const continued = response.status === 206;
      if (continued && response.headers.get('content-range')?.startsWith(`bytes ${have}-`) !== true) {
        throw new TransferFailed('the store sent another range than was asked for', false);
      }
      const bytes = response.body === null ? Readable.from([]) : Readable.fromWeb(response.body);
      const to = createWriteStream(file, { flags: continued ? 'a' : 'w', flush: true });
      await pipeline(counted(bytes, continued ? have : 0, moved, onPosition), to);
    },
  });
}

interface Exchange {
  /** Made once the request begins. */
  readonly body?: (moved: () => void) => Uint8Array | AsyncIterable<Uint8Array>;
  readonly receive: (response: Response, moved: () => void) => Promise<void>;
}

/** One signed request, from its beginning to the end of its answer, as long as bytes move. */
async function exchange(
  { method, url, headers }: SignedRequest,
  moreHeaders: Readonly<Record<string, string>>,
  { stallMs, signal }: TransferRules,
  { body, receive }: Exchange,
): Promise<void> {
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(new Error(`nothing moved for ${stallMs} ms`)), stallMs);
  const moved = (): void => void timer.refresh();
  try {
    const response = await fetch(url, {
      method,
      headers: { ...headers, ...moreHeaders },
      signal: AbortSignal.any([stalled.signal, signal]),
      ...(body === undefined ? {} : { body: body(moved), duplex: 'half' }),
    });
    if (!response.ok) throw await refusal(response);
    await receive(response, moved);
  } catch (error) {
    if (error instanceof TransferFailed) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    if (OF_THIS_MACHINE.has((cause as NodeJS.ErrnoException).code ?? '')) throw cause;
    throw new TransferFailed(`the transfer broke: ${String(cause)}`, true, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** Codes of errors that another attempt would meet again. */
const OF_THIS_MACHINE = new Set(['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS', 'EIO', 'ENOENT', 'EISDIR']);

const PASSING = new Set([403, 408, 429]);

/**
 * 403: the URL has expired, and a fresh one will do. 400 is mostly final, but S3 also says so when it had to wait too long
 * for bytes.
 */
async function refusal(response: Response): Promise<TransferFailed> {
  const text = (await response.text()).replaceAll(/\s+/g, ' ').slice(0, 300);
  const { status } = response;
  const passing = PASSING.has(status) || status >= 500 || (status === 400 && text.includes('RequestTimeout'));
  return new TransferFailed(`the store answered ${status}: ${text}`, passing);
}
