import type { Disk, FileToRead, FileToWrite } from './disk.ts';

/** Lets so many work at once, the others in the order in which they came. */
export class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}

/** Of the four threads that a process has for files, signatures of tokens and names of hosts. */
const WRITING_THREADS = 2;
const READING_THREADS = 1;

/**
 * The same disk, but what may take long stands in line: bytes, and waiting for the disk itself. However slow it is, there
 * is a thread left for checking the signatures of tokens.
 */
export function inTurns(disk: Disk): Disk {
  const writing = new Turns(WRITING_THREADS);
  const reading = new Turns(READING_THREADS);
  return {
    ensureFolder: (path) => disk.ensureFolder(path),
    makeFolder: (path) => disk.makeFolder(path),
    move: (from, to) => disk.move(from, to),
    names: (path) => disk.names(path),
    modifiedAt: (path) => disk.modifiedAt(path),
    create: async (path) => writingInTurns(await disk.create(path), writing),
    async open(path) {
      const file = await disk.open(path);
      return file && readingInTurns(file, reading);
    },
    syncFolder: (path) => writing.take(() => disk.syncFolder(path)),
    remove: (path) => writing.take(() => disk.remove(path)),
  };
}

function writingInTurns(file: FileToWrite, turns: Turns): FileToWrite {
  return {
    write: (batch) => turns.take(() => file.write(batch)),
    sync: () => turns.take(() => file.sync()),
    close: () => file.close(),
  };
}

function readingInTurns(file: FileToRead, turns: Turns): FileToRead {
  return {
    read: (position, length) => turns.take(() => file.read(position, length)),
    close: () => file.close(),
  };
}
