import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import type { BeatReport } from './beats.ts';

/** What a process and its other clients feel while something else is done. */
export interface Observed {
  readonly seconds: number;
  /** The most that the process had in memory meanwhile, bytes. */
  readonly peakBytes: number;
  readonly beats: BeatReport;
}

/** @param beats runs `beats.ts`, and is ready. */
export async function observe(pid: number, beats: ChildProcess, work: () => Promise<void>): Promise<Observed> {
  // Linux: forget the peak so far (proc(5), clear_refs).
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  beats.send('begin');
  const startedAt = performance.now();
  await work();
  const seconds = (performance.now() - startedAt) / 1000;
  beats.send('end');
  const [report] = (await once(beats, 'message')) as [BeatReport];
  return { seconds, peakBytes: memoryOf(pid, 'VmHWM'), beats: report };
}

/** Bytes that a process has in memory, or had at most. */
export function memoryOf(pid: number, which: 'VmRSS' | 'VmHWM'): number {
  const line = new RegExp(`^${which}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
  if (line === null) throw new Error(`/proc/${pid}/status has no ${which}`);
  return Number(line[1]) * 1024;
}
