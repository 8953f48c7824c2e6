import { readdirSync, readFileSync } from 'node:fs';

/** Processor time that a process and its children have taken so far (proc(5), in hundredths of a second). */
export function cpuSeconds(pid: number | null): number {
  if (pid === null) return NaN;
  let hundredths = 0;
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const fields = statOf(name);
    // Its parent, and its own time; of the process itself also that of its children that ended.
    if (fields[1] === String(pid)) hundredths += Number(fields[11]) + Number(fields[12]);
    if (name === String(pid)) hundredths += [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0);
  }
  return hundredths / 100;
}

function statOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  } catch {
    // It ended since the folder was read.
    return [];
  }
}
