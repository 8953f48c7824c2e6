import { Presets, SingleBar } from 'cli-progress';
import type { Progress } from './upload.ts';

const MIB = 1024 ** 2;

/** Shows how far a transfer is, where somebody can see it. */
export function transferBar(): Progress {
  if (!process.stderr.isTTY) return () => undefined;
  const bar = new SingleBar(
    { format: '{bar} {percentage}% of {size} MiB', stream: process.stderr, clearOnComplete: true },
    Presets.shades_classic,
  );
  return (bytes, ofBytes) => {
    if (!bar.isActive) bar.start(ofBytes, bytes, { size: (ofBytes / MIB).toFixed(1) });
    else bar.update(bytes);
    if (bytes >= ofBytes) bar.stop();
  };
}
