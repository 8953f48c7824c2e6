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
 * The heir of a dead holder makes the one file named after the holder's token, so of many who find it dead one wins,
 * and only then replaces the lock. Should the heir die in between, its own token names the next file, and so on.
 *
 * @returns a function that lets go of it.
 * @throws DirectoryInUse when a living process (or another part of this one) holds it.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  await mkdir(directory, { recursive: true });
  const file = join(directory, LOCK_FILE);
  const mine: Holder = { pid: process.pid, started: await startOf(process.pid), token: randomUUID() };
  const draft = join(directory, `${mine.token}.draft`);
  await writeFile(draft, JSON.stringify(mine));
  try {
    while (!(await acquired(directory, file, draft))) continue;
  } finally {
    await rm(draft, { force: true });
  }
  return async () => {
    const holder = await readHolder(file);
    if (holder?.token === mine.token) await rm(file, { force: true });
  };
}

/** False when another was quicker and the state has to be looked at anew. */
async function acquired(directory: string, file: string, draft: string): Promise<boolean> {
  const dead: { readonly path: string; readonly token: string }[] = [];
  let path = file;
  while (!(await linked(draft, path))) {
    const holder = await readHolder(path);
    if (holder === null) return false;
    if (await alive(holder)) throw new DirectoryInUse(directory, holder.pid);
    dead.push({ path, token: holder.token });
    path = `${file}.${holder.token}`;
  }
  // Whoever replaced the lock after we read it has removed the files we followed: ours then leads from nowhere.
  for (const { path: followed, token } of dead) {
    if ((await readHolder(followed))?.token === token) continue;
    await rm(path, { force: true });
    return false;
  }
  if (path !== file) await rename(path, file);
  for (const { path: followed } of dead.slice(1)) await rm(followed, { force: true });
  return true;
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

async function alive(holder: Holder): Promise<boolean> {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (isErrno(error, 'ESRCH')) return false;
    if (!isErrno(error, 'EPERM')) throw error;
  }
  const started = await startOf(holder.pid);
  return holder.started === null || started === null || holder.started === started;
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
  return (error as NodeJS.ErrnoException | null)?.code === code;
}
