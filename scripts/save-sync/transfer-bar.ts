import { Presets, SingleBar } from 'cli-progress';
import type { Progress } from './upload.ts';

const MIB = 1024 ** 2;
/** Below this a bar would be gone before it is seen. */
const LEAST_BYTES = 4 * MIB;

export interface TransferBar {
  readonly progress: Progress;
  /**
   * Shows progress while this runs. A transfer that was broken off may still report some after it: a bar that began then
   * would keep the process alive.
   */
  during<Result>(work: Promise<Result>): Promise<Result>;
}

/** Shows how far a transfer is, where somebody can see it. */
export function transferBar(): TransferBar {
  const bar = new SingleBar(
    { format: '{bar} {percentage}% of {size} MiB', stream: process.stderr, clearOnComplete: true },
    Presets.shades_classic,
  );
  let working = false;
  return {
    progress(bytes, ofBytes) {
      if (bytes >= ofBytes) bar.stop();
      else if (bar.isActive) bar.update(bytes);
      else if (working && ofBytes >= LEAST_BYTES) bar.start(ofBytes, bytes, { size: (ofBytes / MIB).toFixed(1) });
    },
    async during(work) {
      working = true;
      try {
        return await work;
      } finally {
        working = false;
        bar.stop();
      }
    },
  };
}
