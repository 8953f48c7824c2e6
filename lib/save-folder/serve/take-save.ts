import { LibraryError } from '../../errors.ts';
import { letSend, takeItsTime } from '../../http/long-bodies.ts';
import type { Exchange } from '../../http/respond.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Objects } from '../objects.ts';
import { contentMismatch } from '../receive.ts';
import type { Announced, Batch } from '../receive.ts';
import { refused } from '../signed-urls.ts';
import type { Permit } from '../signed-urls.ts';
import type { UnfinishedObjects } from '../unfinished-objects.ts';
import { bodyBatches } from './body-batches.ts';
import { watchIdle } from './idle-watch.ts';

/**
 * A sender may take as long as it likes, but not much longer than this for {@link CHUNK_BYTES}: else a few hundred of
 * them, with a byte now and then, would keep everybody else from the store for ever.
 */
export const SENDER_IDLE_MS = 30_000;
const CHUNK_BYTES = 32_768;

export interface Taking {
  readonly objects: Objects;
  readonly unfinished: UnfinishedObjects;
  readonly clock: Clock;
}

/**
 * PUT: resolves when the object, or part, is in the store for good.
 *
 * @param stalled called when the sender is silent, or drips, for too long: it is to end the exchange.
 * @throws LibraryError for every refusal; whatever the disk says.
 */
export async function takeSave(
  { objects, unfinished, clock }: Taking,
  exchange: Exchange,
  objectId: string,
  permit: Permit,
  stalled: () => void,
): Promise<void> {
  if (permit.may === 'get') throw refused('The URL is for a download');
  const announced = { sizeBytes: permit.size, sha256: permit.sha256 };
  mustHaveLength(exchange, announced);
  const bytes = bodyOf(exchange, clock, stalled);
  if (permit.may === 'put') return objects.put({ objectId, ...announced }, bytes);
  return unfinished.put({ objectId, partsId: permit.parts }, { number: permit.part, ...announced }, bytes);
}

/** The right length need not be counted afterwards: HTTP itself ends the body there. */
function mustHaveLength({ req }: Exchange, announced: Announced): void {
  const length = req.headers['content-length'];
  if (length === undefined) {
    throw new LibraryError('LENGTH_REQUIRED', `Send Content-Length: ${announced.sizeBytes}`);
  }
  if (Number(length) !== announced.sizeBytes) throw contentMismatch(announced, { size_bytes: Number(length) });
}

/** Nothing is asked for, and no leave given to send it, before somebody reads. */
async function* bodyOf({ req, res }: Exchange, clock: Clock, stalled: () => void): AsyncGenerator<Batch> {
  let received = 0;
  // The first byte is a movement, too.
  const moved = (): number => Math.ceil(received / CHUNK_BYTES);
  const endExemption = takeItsTime(req);
  const endWatch = watchIdle(clock, SENDER_IDLE_MS, moved, stalled);
  try {
    letSend(req, res);
    yield* bodyBatches(req, (bytes) => (received += bytes));
  } catch (error) {
    throw new LibraryError('MALFORMED_REQUEST', 'The body ended before its length', { cause: String(error) });
  } finally {
    endWatch();
    endExemption();
  }
}
