import { watch } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../../lib/ports/clock.ts';

export interface WatchPorts {
  readonly clock: Pick<Clock, 'after'>;
  /** Calls back with each change of the save; returns a function that ends it. */
  readonly onChange: (changed: () => void) => () => void;
  /** Must not reject: a failed attempt is followed by another one. */
  readonly synchronise: () => Promise<void>;
  readonly signal: AbortSignal;
  /** A game writes a save in many steps; how long after the last one it counts as finished, ms. */
  readonly quietMs: number;
  /** How often to look at the cloud when nothing changes here, ms. */
  readonly everyMs: number;
}

/** Synchronises now, whenever the save was written and has been quiet, and every so often; until the signal. */
export async function keepInStep(ports: WatchPorts): Promise<void> {
  while (!ports.signal.aborted) {
    // From before the work on: what is written meanwhile is not missed.
    const reason = nextReason(ports);
    await ports.synchronise();
    await reason;
  }
}

function nextReason({ clock, onChange, signal, quietMs, everyMs }: WatchPorts): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let forgetQuiet = (): void => undefined;
  const forgetEvery = clock.after(everyMs, resolve);
  const endWatch = onChange(() => {
    forgetQuiet();
    forgetQuiet = clock.after(quietMs, resolve);
  });
  const aborted = (): void => resolve();
  signal.addEventListener('abort', aborted);
  if (signal.aborted) resolve();
  return promise.finally(() => {
    forgetQuiet();
    forgetEvery();
    endWatch();
    signal.removeEventListener('abort', aborted);
  });
}

/**
 * Watches a folder and all below it, or a single file. What cannot be watched, a folder that is not there yet for
 * example, is looked at every so often all the same.
 */
export function changesOf(root: string, kind: 'folder' | 'file'): WatchPorts['onChange'] {
  return (changed) => {
    try {
      // A file is mostly replaced by another one of its name, which only its folder sees.
      const watcher = kind === 'folder' ? watch(root, { recursive: true }) : watch(path.dirname(root));
      watcher.on('change', (_event, name) => {
        if (kind === 'folder' || name === path.basename(root)) changed();
      });
      watcher.on('error', () => watcher.close());
      return () => watcher.close();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
      return () => undefined;
    }
  };
}
