import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

/**
 * What the store asks of a file system, each one system call or nearly so; tests put a disk in its place that dies, fills
 * up or loses power between any two. Errors are node's, with their `code`.
 */
export interface Disk {
  /** Makes it with its parents; harmless when it is there. */
  ensureFolder(path: string): Promise<void>;
  /** Makes it in a folder that is there. */
  makeFolder(path: string): Promise<void>;
  /** A new file; rejects when the name is taken. */
  create(path: string): Promise<FileToWrite>;
  /** Null: there is none. */
  open(path: string): Promise<FileToRead | null>;
  /** Gives a file or folder another name, at once and whole. A folder never takes the place of one with something in it. */
  move(from: string, to: string): Promise<'moved' | 'taken' | 'missing'>;
  /** Names in a folder, in no order; null: there is no such folder. */
  names(path: string): Promise<readonly string[] | null>;
  /** Removes a file or a folder with everything in it, one by one; harmless when it is not there. */
  remove(path: string): Promise<void>;
  /** Resolves when the names in this folder would survive a power cut; at once when it is not there (any more). */
  syncFolder(path: string): Promise<void>;
  /** When it was written last, by the clock of the file system, ms since the Unix epoch; null: it is not there. */
  modifiedAt(path: string): Promise<number | null>;
}

export interface FileToWrite {
  /** One after the other. */
  write(batch: readonly Uint8Array[]): Promise<void>;
  /** Resolves when what was written would survive a power cut. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface FileToRead {
  /** At least one byte, `length` at most; rejects at the end of the file. */
  read(position: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Saves are nobody's business but the service's. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** The machine's file system. */
export const machineDisk: Disk = {
  async ensureFolder(path) {
    await mkdir(path, { recursive: true, mode: FOLDER_MODE });
  },
  makeFolder: (path) => mkdir(path, { mode: FOLDER_MODE }),
  async create(path) {
    return fileToWrite(await open(path, 'wx', FILE_MODE));
  },
  async open(path) {
    const handle = await nullIf(MISSING, open(path, 'r'));
    return handle && fileToRead(handle);
  },
  async move(from, to) {
    try {
      await rename(from, to);
      return 'moved';
    } catch (error) {
      if (hasCode(error, MISSING)) return 'missing';
      if (hasCode(error, TAKEN)) return 'taken';
      throw error;
    }
  },
  names: (path) => nullIf(MISSING, readdir(path)),
  remove: (path) => rm(path, { recursive: true, force: true }),
  async syncFolder(path) {
    // Windows has no such call; NTFS keeps a journal of its names.
    if (process.platform === 'win32') return;
    const handle = await nullIf(MISSING, open(path, 'r'));
    try {
      await handle?.sync();
    } finally {
      await handle?.close();
    }
  },
  async modifiedAt(path) {
    return (await nullIf(MISSING, stat(path)))?.mtimeMs ?? null;
  },
};

const MISSING = ['ENOENT', 'ENOTDIR'];
/** POSIX leaves the choice of the first two; Windows says the others. */
const TAKEN = process.platform === 'win32' ? ['ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES'] : ['ENOTEMPTY', 'EEXIST'];

export function hasCode(error: unknown, codes: readonly string[]): boolean {
  return codes.includes(String((error as NodeJS.ErrnoException | null)?.code));
}

async function nullIf<Value>(codes: readonly string[], asked: Promise<Value>): Promise<Value | null> {
  try {
    return await asked;
  } catch (error) {
    if (hasCode(error, codes)) return null;
    throw error;
  }
}

function fileToWrite(handle: FileHandle): FileToWrite {
  return {
    async write(batch) {
      const { bytesWritten } = await handle.writev(batch);
      if (bytesWritten === sizeOf(batch)) return;
      // The system may take less than it was given, on a disk that is nearly full for example.
      const bytes = Buffer.concat(batch);
      for (let at = bytesWritten; at < bytes.length;) at += (await handle.write(bytes, at)).bytesWritten;
    },
    sync: () => handle.sync(),
    close: () => handle.close(),
  };
}

function sizeOf(batch: readonly Uint8Array[]): number {
  return batch.reduce((sum, { length }) => sum + length, 0);
}

function fileToRead(handle: FileHandle): FileToRead {
  return {
    async read(position, length) {
      // Not from the pool: whoever sends these bytes may hold them for long.
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafeSlow(length), 0, length, position);
      if (bytesRead === 0) throw new Error(`a file of the store ends at byte ${position}, before its name says`);
      return buffer.subarray(0, bytesRead);
    },
    close: () => handle.close(),
  };
}
