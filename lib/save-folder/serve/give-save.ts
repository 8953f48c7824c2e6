import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LibraryError } from '../../errors.ts';
import { etagOf, noneMatch } from '../../http/etag.ts';
import { apiHeaders } from '../../http/respond.ts';
import type { Exchange } from '../../http/respond.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Disk } from '../disk.ts';
import type { Objects, Piece } from '../objects.ts';
import { refused } from '../signed-urls.ts';
import type { Permit } from '../signed-urls.ts';
import { byteRange } from './byte-range.ts';
import type { ByteRange } from './byte-range.ts';
import { attachment } from '../../http/content-disposition.ts';
import { watchIdle } from './idle-watch.ts';

/** A receiver may take as long as it likes, but not longer than this for {@link CHUNK_BYTES}. */
export const RECEIVER_IDLE_MS = 60_000;
const CHUNK_BYTES = 65_536;
/** As much is read at once: every reading waits for its turn in the process. */
const READ_BYTES = 524_288;

export interface Giving {
  readonly objects: Objects;
  readonly disk: Disk;
  readonly clock: Clock;
}

/**
 * GET and HEAD. Returns the status that was sent, once the answer is out or its receiver gone.
 *
 * @throws LibraryError for every refusal; whatever the disk says, also midway: the connection is cut then.
 */
export async function giveSave(
  { objects, disk, clock }: Giving,
  { req, res, trace }: Exchange,
  objectId: string,
  permit: Permit,
): Promise<number> {
  if (permit.may !== 'get') throw refused('The URL is for an upload');
  const found = await objects.find(objectId);
  if (found === null) throw new LibraryError('NOT_FOUND', 'The store has no such object');
  const { sizeBytes, sha256 } = found.content;
  const etag = etagOf(sha256);
  const headers = [...apiHeaders(res), 'X-Trace-Id', trace.id, 'traceparent', trace.traceparent, 'ETag', etag];
  if (noneMatch(req.headers['if-none-match'], etag)) {
    res.writeHead(304, headers).end();
    return 304;
  }
  const range = rangeOf(req.headers['range'], req.headers['if-range'], etag, sizeBytes);
  const { start, end } = range ?? { start: 0, end: sizeBytes };
  const status = range === null ? 200 : 206;
  headers.push('Accept-Ranges', 'bytes', 'Content-Type', 'application/octet-stream');
  headers.push('Content-Disposition', attachment(permit.name), 'Content-Length', String(end - start));
  if (range !== null) headers.push('Content-Range', `bytes ${start}-${end - 1}/${sizeBytes}`);
  res.writeHead(status, headers);
  if (req.method === 'HEAD') {
    res.end();
    return status;
  }
  let moved = 0;
  const endWatch = watchIdle(
    clock,
    RECEIVER_IDLE_MS,
    () => moved,
    () => res.destroy(),
  );
  try {
    await pipeline(
      Readable.from(
        bytesOf(found.pieces, { start, end }, disk, () => (moved += 1)),
        { objectMode: false, highWaterMark: CHUNK_BYTES },
      ),
      res,
    );
  } catch (error) {
    // A receiver that leaves early is no failure of ours.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  } finally {
    endWatch();
  }
  return status;
}

/** A range of another content than the one the receiver has the rest of is of no use to it: `If-Range`. */
function rangeOf(
  header: string | undefined,
  ifRange: string | string[] | undefined,
  etag: string,
  sizeBytes: number,
): ByteRange | null {
  if (ifRange !== undefined && ifRange !== etag) return null;
  const range = byteRange(header, sizeBytes);
  if (range !== 'beyond') return range;
  throw new LibraryError('RANGE_NOT_SATISFIABLE', `The object has ${sizeBytes} bytes`, { size_bytes: sizeBytes });
}

/** Reads the pieces one after the other, each when its turn comes, no faster than they are taken. */
async function* bytesOf(
  pieces: readonly Piece[],
  { start, end }: ByteRange,
  disk: Disk,
  moved: () => void,
): AsyncGenerator<Uint8Array> {
  let pieceStart = 0;
  for (const { path, sizeBytes } of pieces) {
    const from = Math.max(start - pieceStart, 0);
    const to = Math.min(end - pieceStart, sizeBytes);
    pieceStart += sizeBytes;
    if (from >= to) continue;
    const file = await disk.open(path);
    if (file === null) throw new Error(`the file ${path} of the save store is gone`);
    try {
      for (let at = from; at < to;) {
        const bytes = await file.read(at, Math.min(READ_BYTES, to - at));
        at += bytes.length;
        for (let sent = 0; sent < bytes.length; sent += CHUNK_BYTES, moved()) {
          yield bytes.subarray(sent, sent + CHUNK_BYTES);
        }
      }
    } finally {
      await file.close();
    }
  }
}
