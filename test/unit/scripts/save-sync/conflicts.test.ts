import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Choice, Conflict } from '../../../../scripts/save-sync/sync-ports.ts';
import { fakeCloud, type FakeCloud } from './fake-cloud.ts';
import { FakeDevice } from './fake-device.ts';
import { readFiles } from './save-folder.ts';
import { temporaryFolders } from '../../../temporary-folder.ts';

const temporaryFolder = temporaryFolders();
const chosen = (choice: Choice | null) => () => Promise.resolve(choice);

describe('a conflict', () => {
  let cloud: FakeCloud;
  let pc: FakeDevice;
  let deck: FakeDevice;

  /** Both played on from the same save; the PC was quicker. */
  beforeEach(async () => {
    cloud = await fakeCloud();
    const root = temporaryFolder();
    pc = new FakeDevice({ url: cloud.url, root, name: 'pc' });
    deck = new FakeDevice({ url: cloud.url, root, name: 'deck' });
    pc.write({ 'a.sav': 'one' });
    await pc.sync();
    await deck.sync();
    pc.write({ 'a.sav': 'from the PC' });
    await pc.sync();
    deck.write({ 'a.sav': 'from the deck' });
    cloud.requests.length = 0;
  });
  afterEach(() => cloud.close());

  const conflicts = () => cloud.slots.shown('slot')?.conflicts.length;
  const contents = () =>
    [...cloud.slots.contents.values()].map((bytes) => /from the [a-zA-Z]+|one/.exec(bytes.toString())?.[0]);
  const quiet = async (): Promise<void> => {
    cloud.requests.length = 0;
    for (const device of [pc, deck]) expect(await device.sync(neverAsked)).toBe('in-step');
    expect(cloud.requests.filter((request) => !request.startsWith('GET'))).toEqual([]);
  };
  const neverAsked = (): never => {
    throw new Error('there is nothing to decide');
  };

  it('is left alone, on both sides, while nobody decides', async () => {
    const asked: Conflict[] = [];
    const result = await deck.sync(async (conflict) => (asked.push(conflict), null));
    expect(result).toBe('conflict');
    expect(asked).toMatchObject([{ cloud: { version: 2, device_id: 'pc' } }]);
    expect(deck.files).toEqual({ 'a.sav': 'from the deck' });
    expect(cloud.requests.filter((request) => !request.startsWith('GET'))).toEqual([]);
    expect(await deck.sync()).toBe('conflict');
  });

  it('decided for this device: its save follows the one of the cloud, which stays in the history', async () => {
    expect(await deck.sync(chosen('local'))).toBe('in-step');
    expect(cloud.slots.versions('slot').map(({ base_version }) => base_version)).toEqual([2, 1, null]);
    expect(await pc.sync(neverAsked)).toBe('in-step');
    expect(pc.files).toEqual({ 'a.sav': 'from the deck' });
    await quiet();
  });

  it('decided for the cloud: its save is here, and the other one still to be had', async () => {
    expect(await deck.sync(chosen('cloud'))).toBe('in-step');
    expect(deck.files).toEqual({ 'a.sav': 'from the PC' });
    expect(contents()).toContain('from the deck');
    expect(cloud.slots.versions('slot')[0]).toMatchObject({ state: 'settled', settled_as: 'cloud', device_id: 'deck' });
    await quiet();
  });

  it('decided for both: the cloud here, the other one in a slot and a folder of its own', async () => {
    expect(await deck.sync(chosen('both'))).toBe('in-step');
    expect(deck.files).toEqual({ 'a.sav': 'from the PC' });
    expect(readFiles(`${deck.folder}.slot-2`)).toEqual({ 'a.sav': 'from the deck' });
    expect(cloud.slots.shown('slot-2')?.head).toMatchObject({ origin: 'resolve', device_id: 'deck' });
    await quiet();
  });

  it.each<[Choice, string]>([
    ['local', 'from the deck'],
    ['cloud', 'from the PC'],
    ['both', 'from the PC'],
  ])('that arises between announcement and confirmation, decided for %s', async (choice, here) => {
    deck.write({ 'a.sav': 'one' });
    await deck.sync();
    deck.write({ 'a.sav': 'from the deck' });
    let moved = false;
    cloud.fault = (request) => {
      if (request === 'PUT /store' && !moved) {
        moved = true;
        const { head } = cloud.slots.shown('slot')!;
        cloud.slots.restore('slot', 1);
        cloud.slots.restore('slot', head!.version);
      }
      return null;
    };
    expect(await deck.sync(chosen(choice))).toBe('in-step');
    expect(deck.files).toEqual({ 'a.sav': here });
    expect(contents()).toContain('from the deck');
    expect(conflicts()).toBe(0);
    await pc.sync();
    await quiet();
  });

  it.each<[Choice, string]>([
    ['local', 'from the deck'],
    ['cloud', 'from the PC'],
    ['both', 'from the PC'],
  ])('decided elsewhere for %s is not asked about again', async (keep, here) => {
    // The upload lost its race: the save is kept as a side version, and nobody is there to decide.
    await keptAsSideVersion();
    const { conflicts: open, head } = cloud.slots.shown('slot')!;
    const decision = { side_version: open[0]!.version, keep, head_version: head!.version, device_id: 'pc' };
    cloud.slots.resolve({ game_id: 'game', slot: 'slot', ...decision });
    expect(await deck.sync(neverAsked)).toBe('in-step');
    expect(deck.files).toEqual({ 'a.sav': here });
    await pc.sync(neverAsked);
    await quiet();
  });

  it('decided elsewhere for what was here is none for what was played since', async () => {
    await keptAsSideVersion();
    const { conflicts: open, head } = cloud.slots.shown('slot')!;
    const decision = { side_version: open[0]!.version, keep: 'local' as const, head_version: head!.version };
    cloud.slots.resolve({ game_id: 'game', slot: 'slot', device_id: 'pc', ...decision });
    deck.write({ 'a.sav': 'from the deck, later' });
    expect(await deck.sync(neverAsked)).toBe('in-step');
    await pc.sync(neverAsked);
    expect(pc.files).toEqual({ 'a.sav': 'from the deck, later' });
  });

  it('keeps one side version of a device, however often it plays on before deciding', async () => {
    await keptAsSideVersion();
    deck.write({ 'a.sav': 'from the deck, later' });
    expect(await deck.sync()).toBe('conflict');
    expect(await deck.sync(chosen('local'))).toBe('in-step');
    expect(conflicts()).toBe(0);
    expect(cloud.slots.versions('slot').map(({ settled_as }) => settled_as)).toContain('folded');
    await pc.sync(neverAsked);
    await quiet();
    expect(pc.files).toEqual({ 'a.sav': 'from the deck, later' });
  });

  it('finds its side version again when it lost its memory', async () => {
    await keptAsSideVersion();
    deck.forget();
    expect(await deck.sync(chosen('cloud'))).toBe('in-step');
    expect(cloud.slots.versions('slot').filter(({ settled_as }) => settled_as !== null)).toHaveLength(1);
    await quiet();
  });

  it.each<[Choice, string | null]>([
    ['local', 'from the deck'],
    ['both', 'from the deck'],
    ['cloud', null],
  ])('with a slot that was deleted, decided for %s', async (choice, head) => {
    cloud.slots.remove('slot');
    expect(await deck.sync(chosen(choice))).toBe('in-step');
    // Nothing is removed from a disk because it was deleted in the cloud.
    expect(deck.files).toEqual({ 'a.sav': 'from the deck' });
    expect(contents()).toContain('from the deck');
    expect(cloud.slots.shown('slot')?.head === null).toBe(head === null);
    await pc.sync();
    await quiet();
  });

  it('is none with a slot that was deleted and nothing new here; new play brings the slot back', async () => {
    cloud.slots.remove('slot');
    expect(await pc.sync(neverAsked)).toBe('in-step');
    expect(pc.files).toEqual({ 'a.sav': 'from the PC' });
    await quietDevice(pc);
    pc.write({ 'a.sav': 'new' });
    await pc.sync(neverAsked);
    expect(cloud.slots.shown('slot')?.head).toMatchObject({ base_version: null });
  });

  it('of a device without a baseline: it downloads nothing over what it has', async () => {
    const root = temporaryFolder();
    const fresh = new FakeDevice({ url: cloud.url, root, name: 'fresh' });
    fresh.write({ 'a.sav': 'from years ago' });
    expect(await fresh.sync()).toBe('conflict');
    expect(fresh.files).toEqual({ 'a.sav': 'from years ago' });
  });

  async function quietDevice(device: FakeDevice): Promise<void> {
    cloud.requests.length = 0;
    await device.sync(neverAsked);
    expect(cloud.requests.filter((request) => !request.startsWith('GET'))).toEqual([]);
  }

  async function keptAsSideVersion(): Promise<void> {
    deck.write({ 'a.sav': 'one' });
    await deck.sync();
    expect(deck.files).toEqual({ 'a.sav': 'from the PC' });
    deck.write({ 'a.sav': 'from the deck' });
    cloud.fault = (request) => {
      if (request !== 'PUT /store') return null;
      cloud.fault = () => null;
      cloud.slots.restore('slot', 1);
      cloud.slots.restore('slot', 2);
      return null;
    };
    expect(await deck.sync()).toBe('conflict');
    expect(conflicts()).toBe(1);
  }
});
