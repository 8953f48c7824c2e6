import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from '@jest/globals';
import type { SaveSlot, SaveSlotPage } from '../../lib/contract/savegames.ts';
import { GREETING_GAME_ID } from '../../lib/library/sample-catalog.ts';
import { LibraryClient } from '../../scripts/client/library-client.ts';
import { demoToken } from '../../scripts/demo-token.ts';
import { readFiles, writeFiles, type Files } from '../unit/scripts/save-sync/save-folder.ts';
import type { MeteredWire } from './metered-wire.ts';
import { SaveSyncProcess } from './save-sync-process.ts';

const MIB = 1024 ** 2;

/** Devices of one user that synchronise saves of one game by the command. */
export class SyncWorld {
  readonly api: LibraryClient;
  /** By which files come to the store and back. */
  readonly wire: MeteredWire;
  readonly #url: string;
  readonly #token: string;
  readonly #root = mkdtempSync(path.join(tmpdir(), 'library-save-sync-'));
  #slots = 0;

  private constructor(url: string, token: string, wire: MeteredWire) {
    this.#url = url;
    this.#token = token;
    this.wire = wire;
    this.api = new LibraryClient(() => url, token);
  }

  static async make(url: string, wire: MeteredWire): Promise<SyncWorld> {
    return new SyncWorld(url, await demoToken(), wire);
  }

  get slot(): string {
    return `slot-${this.#slots}`;
  }

  nextSlot(): void {
    this.#slots += 1;
  }

  device(name: string, files: Files = {}): SyncDevice {
    const folder = path.join(this.#root, this.slot, name, 'saves');
    writeFiles(folder, files);
    const service = ['--url', this.#url, '--token', this.#token];
    return new SyncDevice(folder, [...service, '--game', GREETING_GAME_ID, '--slot', this.slot]);
  }

  async slotInCloud(): Promise<SaveSlot | undefined> {
    const query = `?game_id=${GREETING_GAME_ID}&slot=${this.slot}`;
    return (await this.api.send<SaveSlotPage>('GET', `/savegames${query}`)).items[0];
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }
}

/** A device with a save folder of its own. */
export class SyncDevice {
  readonly id = randomUUID();
  readonly folder: string;
  readonly #options: readonly string[];

  constructor(folder: string, options: readonly string[]) {
    this.folder = folder;
    this.#options = [...options, '--device', this.id, '--folder', folder];
  }

  begin(...options: string[]): SaveSyncProcess {
    return new SaveSyncProcess([...this.#options, ...options]);
  }

  async sync(...options: string[]): Promise<string> {
    const { code, output } = await this.begin(...options).end();
    expect([code, output]).toEqual([0, expect.stringContaining('In step')]);
    return output;
  }

  get files(): Record<string, string> {
    return readFiles(this.folder);
  }
}

/** A client that dies in the middle of a large save, both ways: the next one transfers only the rest. */
export async function outlivesKills(world: SyncWorld): Promise<void> {
  const size = 80 * MIB;
  const pc = world.device('pc', { 'big.sav': randomBytes(size), 'small.sav': 'small' });
  const uploading = pc.begin();
  await world.wire.passed('up', 40 * MIB);
  uploading.signal('SIGKILL');
  expect((await uploading.end()).code).toBeNull();
  expect(await world.slotInCloud()).toBeUndefined();
  world.wire.take('up');
  await pc.sync();
  // Two parts of five were there, of 16 MiB each; some of the third was still on its way to nobody.
  expect(world.wire.take('up')).toBeLessThan(size - 24 * MIB);

  const deck = world.device('deck', {});
  const downloading = deck.begin();
  await world.wire.passed('down', 40 * MIB);
  downloading.signal('SIGKILL');
  await downloading.end();
  expect(deck.files).toEqual({});
  world.wire.take('down');
  await deck.sync();
  expect(world.wire.take('down')).toBeLessThan(size * 0.75);
  for (const name of ['big.sav', 'small.sav']) {
    const [one, other] = [pc, deck].map(({ folder }) => readFileSync(path.join(folder, name)));
    expect(one!.equals(other!)).toBe(true);
  }
}
