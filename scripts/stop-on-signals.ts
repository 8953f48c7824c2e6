import type { LibraryNode } from '../services/node.ts';

/**
 * From now on SIGTERM and SIGINT end this process: at once while there is no node yet, in good order as soon as the
 * function that is returned was told of one, and at once again by the second signal. Without a listener of its own a
 * process that is the first of a container would not hear them at all.
 */
export function stopOnSignals(): (started: LibraryNode) => void {
  let node: LibraryNode | null = null;
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (node === null || stopping) process.exit(1);
      stopping = true;
      const { broker, stop } = node;
      stop().then(
        () => process.exit(0),
        (error: unknown) => {
          broker.logger.error({ msg: 'not stopped in good order', error: String(error) });
          process.exit(1);
        },
      );
    });
  }
  return (started) => {
    node = started;
  };
}
