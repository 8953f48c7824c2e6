import { ERRORS, LibraryError } from '../../errors.ts';
import { methodNotAllowed } from '../../http/problem.ts';
import type { FailureLog, Reply } from '../../http/reply.ts';
import { respond } from '../../http/respond.ts';
import type { Exchange } from '../../http/respond.ts';
import { hasCode } from '../disk.ts';
import type { SignedUrls } from '../signed-urls.ts';
import { giveSave } from './give-save.ts';
import type { Giving } from './give-save.ts';
import { takeSave } from './take-save.ts';
import type { Taking } from './take-save.ts';

/** The part of the store that a gateway serves. No token of a user is asked for: the signed URL is the authority. */
export interface SaveFiles {
  readonly urls: SignedUrls;
  /** Answers requests of {@link SAVE_FILES_PATH}. */
  handler(reply: Reply, log: FailureLog): (exchange: Exchange) => void;
  /** Resolves when no request is under way. */
  settled(): Promise<void>;
}

export interface SaveFilesDependencies extends Giving, Taking {
  readonly urls: SignedUrls;
}

/** Of one process. Each holds a descriptor or two, and up to twice half a MiB. */
export const MAX_TRANSFERS = 256;
/** How long what a refused sender still sends is thrown away, for it to see the answer; then its connection is cut. */
const LINGER_MS = 2000;

const TAKING = 'putSaveFile';
const GIVING = 'getSaveFile';
type Operation = typeof TAKING | typeof GIVING;
const METHODS: Readonly<Record<string, Operation>> = { PUT: TAKING, GET: GIVING, HEAD: GIVING };

export function saveFiles(dependencies: SaveFilesDependencies): SaveFiles {
  const underWay = new Set<Promise<void>>();
  return {
    urls: dependencies.urls,
    handler: (reply, log) => (exchange) => {
      const operation = METHODS[exchange.req.method ?? ''];
      if (operation === undefined) {
        return refuse(dependencies, exchange, 'unmatched', reply, methodNotAllowed(Object.keys(METHODS)));
      }
      if (underWay.size >= MAX_TRANSFERS) return refuse(dependencies, exchange, operation, reply, tooMany());
      const work = transfer(dependencies, exchange, operation, reply, log);
      underWay.add(work);
      void work.finally(() => underWay.delete(work));
    },
    settled: async () => void (await Promise.all(underWay)),
  };
}

/** Never rejects. */
async function transfer(
  dependencies: SaveFilesDependencies,
  exchange: Exchange,
  operation: Operation,
  reply: Reply,
  log: FailureLog,
): Promise<void> {
  const { req, res, trace } = exchange;
  try {
    const { objectId, permit } = dependencies.urls.read(req.url ?? '');
    if (operation === GIVING) {
      reply.sent(exchange, operation, await giveSave(dependencies, exchange, objectId, permit));
      return;
    }
    await takeSave(dependencies, exchange, objectId, permit, () => giveUp(exchange, reply));
    respond(res, 200, trace, 'text/plain', '', ['Content-Length', '0']);
    reply.sent(exchange, operation, 200);
  } catch (error) {
    if (!(error instanceof LibraryError)) {
      log.error({ err: error, operation, trace_id: trace.id }, 'save file not transferred');
      if (res.headersSent) reply.sent(exchange, operation, ERRORS.INTERNAL.status);
    }
    refuse(dependencies, exchange, operation, reply, refusalOf(error));
  }
}

/** A silent sender gets its answer, and its connection ends with it. */
function giveUp(exchange: Exchange, reply: Reply): void {
  const { req, res } = exchange;
  res.shouldKeepAlive = false;
  // Node forgets a request that was answered: whoever still reads its body would never hear that it ended.
  res.once('close', () => req.destroy());
  reply.failure(exchange, TAKING, new LibraryError('CLIENT_TOO_SLOW', 'Nothing came for too long'));
}

/**
 * Node reads on and throws away what a refused sender still sends, so that it gets to see the answer: closing a socket
 * with unread bytes would reset the connection. But not for ever. Who waits for leave to send has its connection closed
 * by node at once, for nobody can tell whether the next bytes are a body.
 */
function refuse(
  { clock }: SaveFilesDependencies,
  exchange: Exchange,
  operation: string,
  reply: Reply,
  error: LibraryError,
): void {
  const { req, res } = exchange;
  // It was answered and counted before, by giving up or in part.
  if (res.headersSent) return void res.destroy();
  reply.failure(exchange, operation, error);
  if (req.complete || req.destroyed) return;
  req.resume();
  const { socket } = req;
  const cancel = clock.after(LINGER_MS, () => socket.destroy());
  req.once('close', cancel);
}

/** What the disk says is our failure: the same request may succeed later. */
function refusalOf(error: unknown): LibraryError {
  if (error instanceof LibraryError) return error;
  const full = hasCode(error, ['ENOSPC', 'EDQUOT']);
  return new LibraryError('UNAVAILABLE', full ? 'The store of saves is full' : 'The store of saves does not answer');
}

function tooMany(): LibraryError {
  return new LibraryError('UNAVAILABLE', 'Too many saves are being transferred at once');
}
