import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { GREETING_GAME_ID } from '../../lib/library/sample-catalog.ts';
import { readFiles, writeFiles } from '../unit/scripts/save-sync/save-folder.ts';
import { embeddedProduct, type EmbeddedProduct } from './embedded-product.ts';
import { MeteredWire } from './metered-wire.ts';
import { outlivesKills, SyncWorld, type SyncDevice } from './save-sync-world.ts';

const START_MS = 60_000;
const TEST_MS = 120_000;

describe('npm run save-sync', () => {
  let product: EmbeddedProduct;
  let wire: MeteredWire;
  let world: SyncWorld;

  beforeAll(async () => {
    product = embeddedProduct();
    await product.node.start();
    wire = await MeteredWire.start(Number(new URL(product.node.url).port));
    world = await SyncWorld.make(wire.url, wire);
  }, START_MS);
  afterAll(async () => {
    world.remove();
    await wire.close();
    await product.remove();
  }, START_MS);
  beforeEach(() => world.nextSlot());

  async function twoDevicesInStep(): Promise<readonly [SyncDevice, SyncDevice]> {
    const [pc, deck] = [world.device('pc', { 'a.sav': 'one', 'worlds/1/data': 'deep' }), world.device('deck')];
    await pc.sync();
    await deck.sync();
    return [pc, deck];
  }

  async function conflictingDevices(): Promise<readonly [SyncDevice, SyncDevice]> {
    const [pc, deck] = await twoDevicesInStep();
    writeFiles(pc.folder, { 'a.sav': 'from the PC' });
    await pc.sync();
    writeFiles(deck.folder, { 'a.sav': 'from the deck' });
    return [pc, deck];
  }

  it(
    'brings saves from one device to the other and back, and rests when nothing changed',
    async () => {
      const [pc, deck] = await twoDevicesInStep();
      expect(deck.files).toEqual({ 'a.sav': 'one', 'worlds/': '', 'worlds/1/': '', 'worlds/1/data': 'deep' });
      writeFiles(deck.folder, { 'b.sav': 'two' });
      rmSync(path.join(deck.folder, 'worlds'), { recursive: true });
      await deck.sync();
      await pc.sync();
      expect(pc.files).toEqual({ 'a.sav': 'one', 'b.sav': 'two' });
      expect(await deck.sync()).toBe('In step\n');
    },
    TEST_MS,
  );

  it(
    'leaves a conflict alone when nobody decides, and says so with status 2',
    async () => {
      const [, deck] = await conflictingDevices();
      const before = await world.slotInCloud();
      const { code, output } = await deck.begin('--on-conflict', 'ask').end();
      expect(code).toBe(2);
      expect(output).toMatch(/local {2}\S+ \w+, saved .+\n {2}cloud .+version \d+.*\nNobody decided/);
      expect(deck.files).toMatchObject({ 'a.sav': 'from the deck' });
      expect(await world.slotInCloud()).toEqual(before);
      expect((await deck.begin('--status').end()).code).toBe(2);
      // The user's settings, without an option, say the same at first.
      expect((await deck.begin().end()).code).toBe(2);
    },
    TEST_MS,
  );

  it.each<[string, string]>([
    ['local', 'from the deck'],
    ['cloud', 'from the PC'],
    ['both', 'from the PC'],
  ])(
    'settles a conflict by the policy %s',
    async (policy, stays) => {
      const [pc, deck] = await conflictingDevices();
      await deck.sync('--on-conflict', policy);
      await pc.sync('--on-conflict', policy);
      expect(deck.files).toMatchObject({ 'a.sav': stays });
      expect(pc.files).toEqual(deck.files);
      expect(await pc.sync()).toBe('In step\n');
      expect(await deck.sync()).toBe('In step\n');
      expect((await world.slotInCloud())?.conflicts).toEqual([]);
      const { items } = await world.api.send<{ items: { sha256: string }[] }>(
        'GET',
        `/savegames/${GREETING_GAME_ID}/${world.slot}/versions`,
      );
      // The first one, that of the PC, and that of the deck: none is lost.
      expect(new Set(items.map(({ sha256 }) => sha256)).size).toBe(3);
      if (policy === 'both')
        expect(readFiles(`${deck.folder}.${world.slot}-2`)).toMatchObject({ 'a.sav': 'from the deck' });
    },
    TEST_MS,
  );

  it(
    'goes on where it was when it was killed in the middle of a large upload, and of a large download',
    () => outlivesKills(world),
    2 * TEST_MS,
  );

  it(
    'keeps what is here when the slot is deleted, and follows when it is restored',
    async () => {
      const [pc, deck] = await twoDevicesInStep();
      const head = (await world.slotInCloud())!.head!.version;
      await world.api.send('DELETE', `/savegames/${GREETING_GAME_ID}/${world.slot}`);
      expect(await pc.sync()).toContain('The slot was deleted; what is here stays');
      expect(await pc.sync()).toBe('In step\n');
      const restore = {
        game_id: GREETING_GAME_ID,
        slot: world.slot,
        version: head,
        head_version: null,
        device_id: pc.id,
      };
      await world.api.send('POST', '/savegames/restore', restore);
      await pc.sync();
      writeFiles(pc.folder, { 'a.sav': 'after the restoration' });
      await pc.sync();
      await deck.sync();
      expect(deck.files).toEqual(pc.files);
    },
    TEST_MS,
  );

  it(
    'watches: uploads what the game writes, and ends at Ctrl-C with the status of the last run',
    async () => {
      const [pc, deck] = await twoDevicesInStep();
      const watching = pc.begin('--watch');
      await watching.printed('In step');
      writeFiles(pc.folder, { 'a.sav': 'written while it is watched' });
      await watching.printed('Uploaded as version');
      watching.signal('SIGINT');
      expect((await watching.end()).code).toBe(0);
      await deck.sync();
      expect(deck.files).toEqual(pc.files);
    },
    TEST_MS,
  );

  it(
    'puts nothing in place under a game while it watches it',
    async () => {
      const [pc, deck] = await twoDevicesInStep();
      const { session_id } = await world.api.start({ game_id: GREETING_GAME_ID, device_id: deck.id });
      writeFiles(pc.folder, { 'a.sav': 'two' });
      await pc.sync();
      const watching = deck.begin('--watch');
      await watching.printed('the game is being played here');
      watching.signal('SIGTERM');
      expect((await watching.end()).code).toBe(1);
      expect(deck.files).toMatchObject({ 'a.sav': 'one' });
      await world.api.end({ session_id, seq: 1 });
      await deck.sync();
      expect(deck.files).toEqual(pc.files);
    },
    TEST_MS,
  );

  it(
    'lets one process at a time have a save',
    async () => {
      const pc = world.device('pc', { 'a.sav': 'one' });
      const watching = pc.begin('--watch');
      await watching.printed('In step');
      const { code, output } = await pc.begin().end();
      expect([code, output]).toEqual([1, expect.stringContaining('another save-sync is at work on this save')]);
      watching.signal('SIGTERM');
      expect((await watching.end()).code).toBe(0);
    },
    TEST_MS,
  );

  it(
    'warns of a device on which the game is being played, not of itself',
    async () => {
      const [pc, deck] = await twoDevicesInStep();
      const { session_id } = await world.api.start({ game_id: GREETING_GAME_ID, device_id: pc.id });
      expect(await deck.sync()).toContain(`Warning: the game is being played on device ${pc.id}`);
      expect(await pc.sync()).not.toContain('Warning');
      await world.api.end({ session_id, seq: 1 });
      expect(await deck.sync()).toBe('In step\n');
    },
    TEST_MS,
  );

  it(
    'does nothing when the user has switched cloud saves off',
    async () => {
      const [pc] = await twoDevicesInStep();
      const settings = `/savegames/sync-settings?game_id=${GREETING_GAME_ID}`;
      await world.api.send('PUT', settings, { enabled: false, keep_versions: 5, on_conflict: 'cloud' });
      try {
        writeFiles(pc.folder, { 'a.sav': 'two' });
        const { code, output } = await pc.begin().end();
        expect([code, output]).toEqual([0, 'Cloud saves are switched off for this game\n']);
      } finally {
        await world.api.send('PUT', settings, { enabled: true, keep_versions: 5, on_conflict: 'ask' });
      }
    },
    TEST_MS,
  );
});
