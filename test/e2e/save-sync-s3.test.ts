import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { s3Account, s3Variables } from '../../scripts/servers/s3-address.ts';
import { createBucket, type FreshBucket } from '../../scripts/servers/s3-bucket.ts';
import { SERVER_VARIABLES, wantsServer } from '../server-variables.ts';
import { readFiles, writeFiles } from '../unit/scripts/save-sync/save-folder.ts';
import { embeddedProduct, type EmbeddedProduct } from './embedded-product.ts';
import { MeteredWire } from './metered-wire.ts';
import { outlivesKills, SyncWorld } from './save-sync-world.ts';

const address = process.env[SERVER_VARIABLES.S3];
const suite = address === undefined ? describe.skip : describe;
const START_MS = 60_000;
const TEST_MS = 240_000;

suite(`npm run save-sync with saves in S3 ${address === undefined ? wantsServer(['S3']) : ''}`.trim(), () => {
  let bucket: FreshBucket;
  let wire: MeteredWire;
  let product: EmbeddedProduct;
  let world: SyncWorld;

  beforeAll(async () => {
    bucket = await createBucket(address!, 'save-sync');
    // Launchers reach S3 by another way than the service does.
    wire = await MeteredWire.start(Number(new URL(s3Account(address!).endpoint).port));
    product = embeddedProduct({ ...s3Variables(address!, bucket.bucket), S3_PUBLIC_ENDPOINT: wire.url });
    await product.node.start();
    world = await SyncWorld.make(product.node.url, wire);
  }, START_MS);
  afterAll(async () => {
    world.remove();
    await product.remove();
    await wire.close();
    await bucket.drop();
  }, START_MS);
  beforeEach(() => world.nextSlot());

  it(
    'keeps devices in step, and both saves of a conflict',
    async () => {
      const [pc, deck] = [world.device('pc', { 'a.sav': 'one' }), world.device('deck')];
      await pc.sync();
      await deck.sync();
      expect(deck.files).toEqual(pc.files);
      writeFiles(pc.folder, { 'a.sav': 'from the PC' });
      await pc.sync();
      writeFiles(deck.folder, { 'a.sav': 'from the deck' });
      await deck.sync('--on-conflict', 'both');
      expect(deck.files).toEqual({ 'a.sav': 'from the PC' });
      expect(readFiles(`${deck.folder}.${world.slot}-2`)).toEqual({ 'a.sav': 'from the deck' });
    },
    TEST_MS,
  );

  it('goes on where it was when it was killed in the middle', () => outlivesKills(world), TEST_MS);
});
