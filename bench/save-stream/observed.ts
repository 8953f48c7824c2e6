import { readFileSync, writeFileSync } from 'node:fs';
import { build } from 'hdr-histogram-js';

/** What a process and its other clients feel while something else is done. */
export interface Observed {
  readonly seconds: number;
  /** The most that the process had in memory meanwhile, bytes. */
  readonly peakBytes: number;
  /** Of heartbeats sent all the while, ms. */
  readonly beats: { readonly count: number; readonly p50: number; readonly p99: number; readonly max: number };
}

const BEAT_EVERY_MS = 20;

/**
 * Does something, and sends heartbeats meanwhile, each when the one before is answered, but no more often than every
 * 20 ms.
 */
export async function observe(pid: number, beat: () => Promise<void>, work: () => Promise<void>): Promise<Observed> {
  // Linux: forget the peak so far (proc(5), clear_refs).
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  const histogram = build();
  let over = false;
  const beats = (async () => {
    while (!over) {
      const pause = new Promise((resolve) => setTimeout(resolve, BEAT_EVERY_MS));
      const sentAt = performance.now();
      await beat();
      histogram.recordValue(Math.round((performance.now() - sentAt) * 1000));
      await pause;
    }
  })();
  const startedAt = performance.now();
  try {
    await work();
  } finally {
    over = true;
  }
  const seconds = (performance.now() - startedAt) / 1000;
  await beats;
  const ms = (percentile: number): number => histogram.getValueAtPercentile(percentile) / 1000;
  return {
    seconds,
    peakBytes: memoryOf(pid, 'VmHWM'),
    beats: { count: histogram.totalCount, p50: ms(50), p99: ms(99), max: histogram.maxValue / 1000 },
  };
}

/** Bytes that a process has in memory, or had at most. */
export function memoryOf(pid: number, which: 'VmRSS' | 'VmHWM'): number {
  const line = new RegExp(`^${which}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
  if (line === null) throw new Error(`/proc/${pid}/status has no ${which}`);
  return Number(line[1]) * 1024;
}
