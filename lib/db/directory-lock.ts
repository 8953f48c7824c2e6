import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Another living process has the data directory open. */
export class DirectoryInUse extends Error {
  constructor(directory: string, pid: number) {
    super(`the data directory ${directory} is in use by process ${pid}; stop it, or choose another directory`);
    this.name = 'DirectoryInUse';
  }
}

/** Who holds a directory: the start time tells a process from a later one that was given the same id. */
interface Holder {
  readonly pid: number;
  readonly started: string | null;
  readonly token: string;
}

const LOCK_FILE = 'lock';

/**
 * Takes the directory for this process; it is created when missing. A lock whose process is gone (kill -9) is taken over.
 *
 * @returns a function that lets go of it.
 * @throws DirectoryInUse when a living process (or another part of this one) holds it.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  await mkdir(directory, { recursive: true });
  const file = join(directory, LOCK_FILE);
  const mine: Holder = { pid: process.pid, started: await startOf(process.pid), token: randomUUID() };
  const draft = `${file}.${mine.token}`;
  await writeFile(draft, JSON.stringify(mine));
  try {
    while (!(await linked(draft, file))) {
      const holder = await readHolder(file);
      if (holder === null) continue;
      if (await alive(holder)) throw new DirectoryInUse(directory, holder.pid);
      await removeStale(file, holder, `${draft}.stale`);
    }
  } finally {
    await rm(draft, { force: true });
  }
  return async () => {
    const holder = await readHolder(file);
    if (holder?.token === mine.token) await rm(file, { force: true });
  };
}

/** Creating a link fails when the name exists, and the file appears whole: nobody reads half a lock. */
async function linked(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  }
}

async function readHolder(file: string): Promise<Holder | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null;
    if (error instanceof SyntaxError)
      throw new Error(`the lock file ${file} cannot be read; remove it by hand`, { cause: error });
    throw error;
  }
}

/** Moves the dead holder's lock aside. Of two processes doing so at once, the later may grab a fresh lock: it goes back. */
async function removeStale(file: string, stale: Holder, aside: string): Promise<void> {
  try {
    await rename(file, aside);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return;
    throw error;
  }
  const moved = await readHolder(aside);
  if (moved !== null && moved.token !== stale.token) await linked(aside, file);
  await rm(aside, { force: true });
}

async function alive(holder: Holder): Promise<boolean> {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (isErrno(error, 'ESRCH')) return false;
    if (!isErrno(error, 'EPERM')) throw error;
  }
  return holder.started === (await startOf(holder.pid));
}

/** When the process started, where the system tells (Linux: boot id and clock ticks since boot); null elsewhere. */
async function startOf(pid: number): Promise<string | null> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The command in parentheses may hold spaces; the start time is the 20th field after it.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${boot.trim()}/${ticks}`;
  } catch {
    return null;
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}
