import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { LibraryClient } from '../../../../scripts/client/library-client.ts';
import { folderContent } from '../../../../scripts/save-sync/folder-content.ts';
import { LocalSave } from '../../../../scripts/save-sync/local-save.ts';
import { SaveService } from '../../../../scripts/save-sync/save-service.ts';
import { openStateFile, type SyncState } from '../../../../scripts/save-sync/state-file.ts';
import type { Choose, Result, SyncPorts } from '../../../../scripts/save-sync/sync-ports.ts';
import { synchronise } from '../../../../scripts/save-sync/synchronise.ts';
import { readFiles, writeFiles, type Files } from './save-folder.ts';

export interface DeviceOptions {
  readonly url: string;
  /** Where its folders are. */
  readonly root: string;
  readonly name: string;
  /** Attempts after the first one; none: every fault ends the run, like a crash. */
  readonly retries?: number;
  readonly choose?: Choose;
}

/** A device with a save folder. Each run begins with nothing but what is on its disk. */
export class FakeDevice {
  readonly name: string;
  readonly folder: string;
  readonly said: string[] = [];
  /** How long the service asked us to wait. */
  readonly pauses: number[] = [];
  /** Whether the game has its save open. */
  playing = false;
  readonly #options: DeviceOptions;
  #state: SyncState | null = null;

  constructor(options: DeviceOptions) {
    this.#options = options;
    this.name = options.name;
    this.folder = path.join(options.root, options.name, 'saves');
  }

  write(files: Files): void {
    writeFiles(this.folder, files);
  }

  get files(): Record<string, string> {
    return readFiles(this.folder);
  }

  /** As if the state had never been written. */
  forget(): void {
    rmSync(path.join(this.#options.root, this.name, 'state'), { recursive: true });
  }

  /** As it was after the last run. */
  get state(): SyncState | null {
    return this.#state;
  }

  async sync(choose: Choose = this.#options.choose ?? (() => Promise.resolve(null))): Promise<Result> {
    const ports = await this.ports(choose);
    try {
      return await synchronise(ports);
    } finally {
      this.#state = ports.store.state;
    }
  }

  async ports(choose: Choose): Promise<SyncPorts> {
    const { url, root, name, retries = 3 } = this.#options;
    const directory = path.join(root, name, 'state');
    mkdirSync(directory, { recursive: true });
    const belonging = { service: url, user_id: 'user', game_id: 'game', slot: 'slot', device_id: name };
    const store = await openStateFile(path.join(directory, 'state.json'), belonging);
    const { signal } = new AbortController();
    const retry = {
      retries,
      firstPauseMs: 0,
      maxPauseMs: 0,
      signal,
      onRetry: (): void => undefined,
      pause: async (ms: number) => void this.pauses.push(ms),
    };
    return {
      store,
      retry,
      directory,
      choose,
      local: new LocalSave(this.folder, folderContent),
      service: new SaveService(new LibraryClient(() => url, 'token'), store.state.belongs_to, retry),
      transfer: { stallMs: 30_000, signal },
      progress: () => undefined,
      mayReplace: () => Promise.resolve(!this.playing),
      say: (line) => void this.said.push(line),
    };
  }
}
