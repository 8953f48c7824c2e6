import type { IncomingMessage } from 'node:http';

/** As much is held of a body while the disk is busy with what came before; then the sender has to wait. */
export const BATCH_BYTES = 524_288;

/**
 * A body as it comes, in batches: whatever arrived since the last one was taken. In a process that has much else to do, what
 * counts is how often one has to wait for its turn, and here that is once for hundreds of KiB.
 *
 * @param arrived called with the size of whatever arrives.
 * @throws Error when the body ends before its time.
 */
export async function* bodyBatches(
  req: IncomingMessage,
  arrived: (bytes: number) => void,
): AsyncGenerator<readonly Buffer[]> {
  let chunks: Buffer[] = [];
  let size = 0;
  // A sender that died before anybody read has had its `close`: there comes no other.
  let state: 'open' | 'ended' | 'broken' = req.destroyed ? 'broken' : 'open';
  let wake = (): void => {};
  const receive = (chunk: Buffer): void => {
    arrived(chunk.length);
    chunks.push(chunk);
    size += chunk.length;
    if (size >= BATCH_BYTES) req.pause();
    wake();
  };
  const end = (): void => {
    state = 'ended';
    wake();
  };
  const close = (): void => {
    if (state === 'open') state = 'broken';
    wake();
  };
  req.on('data', receive).on('end', end).on('close', close).on('error', close);
  try {
    while (true) {
      if (chunks.length === 0 && state === 'open') await new Promise<void>((resolve) => (wake = resolve));
      // A function, for the compiler thinks that nothing can have happened meanwhile.
      if (isBroken(state)) throw new Error('the body ended before its time');
      if (chunks.length === 0) return;
      const batch = chunks;
      chunks = [];
      size = 0;
      req.resume();
      yield batch;
    }
  } finally {
    req.off('data', receive).off('end', end).off('close', close).off('error', close);
  }
}

function isBroken(state: 'open' | 'ended' | 'broken'): boolean {
  return state === 'broken';
}
