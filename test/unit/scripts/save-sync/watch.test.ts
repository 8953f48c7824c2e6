import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { changesOf, keepInStep } from '../../../../scripts/save-sync/watch.ts';
import { temporaryFolders } from '../../../temporary-folder.ts';

const temporaryFolder = temporaryFolders();
const QUIET_MS = 2_000;
const EVERY_MS = 60_000;

/** A clock that the test moves, and a save that changes when the test says so. */
class Watched {
  runs = 0;
  readonly ended: Promise<void>;
  readonly #interrupted = new AbortController();
  #now = 0;
  #timers: { readonly at: number; readonly callback: () => void }[] = [];
  #changed = new Set<() => void>();

  constructor(work: (run: number) => Promise<void> = async () => undefined) {
    this.ended = keepInStep({
      quietMs: QUIET_MS,
      everyMs: EVERY_MS,
      signal: this.#interrupted.signal,
      clock: {
        after: (ms, callback) => {
          const timer = { at: this.#now + ms, callback };
          this.#timers.push(timer);
          return () => void (this.#timers = this.#timers.filter((other) => other !== timer));
        },
      },
      onChange: (changed) => {
        this.#changed.add(changed);
        return () => void this.#changed.delete(changed);
      },
      synchronise: async () => {
        this.runs += 1;
        await work(this.runs);
      },
    });
  }

  change(): void {
    for (const changed of this.#changed) changed();
  }

  async advance(ms: number): Promise<number> {
    this.#now += ms;
    for (const { callback } of this.#timers.filter(({ at }) => at <= this.#now)) callback();
    await settled();
    return this.runs;
  }

  async interrupt(): Promise<void> {
    this.#interrupted.abort();
    await this.ended;
    expect(this.#timers).toEqual([]);
    expect(this.#changed.size).toBe(0);
  }
}

/** All that can go on without the clock has gone on. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('watching a save', () => {
  it('synchronises at once, and then when it was written and has been quiet for a moment', async () => {
    const watched = new Watched();
    expect(watched.runs).toBe(1);
    watched.change();
    expect(await watched.advance(QUIET_MS - 1)).toBe(1);
    watched.change();
    expect(await watched.advance(QUIET_MS - 1)).toBe(1);
    expect(await watched.advance(1)).toBe(2);
    expect(await watched.advance(QUIET_MS)).toBe(2);
    await watched.interrupt();
  });

  it('looks every so often when nothing changes here, or never stops to', async () => {
    const watched = new Watched();
    expect(await watched.advance(EVERY_MS)).toBe(2);
    for (let ms = 0; ms < EVERY_MS; ms += QUIET_MS / 2) {
      watched.change();
      await watched.advance(QUIET_MS / 2);
    }
    expect(watched.runs).toBe(3);
    await watched.interrupt();
  });

  it('misses no change that comes while it synchronises, and never does it twice at once', async () => {
    const working = Promise.withResolvers<void>();
    const watched = new Watched((run) => (run === 1 ? working.promise : Promise.resolve()));
    watched.change();
    expect(await watched.advance(QUIET_MS)).toBe(1);
    working.resolve();
    await settled();
    expect(watched.runs).toBe(2);
    await watched.interrupt();
  });

  it('ends what it began when it is interrupted', async () => {
    const working = Promise.withResolvers<void>();
    const watched = new Watched(() => working.promise);
    const interrupted = watched.interrupt();
    working.resolve();
    await interrupted;
    expect(watched.runs).toBe(1);
  });
});

describe('what is watched', () => {
  it('are all changes of a folder and below', async () => {
    const folder = temporaryFolder();
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = changesOf(folder, 'folder')(resolve);
    writeFileSync(path.join(folder, 'a.sav'), 'one');
    await promise;
    end();
  });

  it('are changes of a file, also when another one takes its place', async () => {
    const folder = temporaryFolder();
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = changesOf(path.join(folder, 'a.sav'), 'file')(resolve);
    writeFileSync(path.join(folder, 'other.sav'), 'one');
    writeFileSync(path.join(folder, 'a.sav'), 'one');
    await promise;
    end();
  });

  it('may not be there yet, or not any more', () => {
    const folder = temporaryFolder();
    const ignored = (): void => undefined;
    changesOf(path.join(folder, 'missing'), 'folder')(ignored)();
    const end = changesOf(folder, 'folder')(ignored);
    rmSync(folder, { recursive: true });
    end();
  });
});
