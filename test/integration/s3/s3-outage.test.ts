import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { systemClock } from '../../../lib/ports/clock.ts';
import { SaveStoreUnavailable, type SaveStore } from '../../../lib/ports/save-store.ts';
import { openS3SaveStore } from '../../../lib/s3/s3-save-store.ts';
import { s3Account, s3Settings } from '../../../scripts/servers/s3-address.ts';
import { createBucket, type FreshBucket } from '../../../scripts/servers/s3-bucket.ts';
import { startS3 } from '../../../scripts/servers/s3.ts';
import type { PrivateServer } from '../../../scripts/servers/server.ts';
import { Launcher, collect, newParts, newSave } from '../../contract/save-store.fixtures.ts';
import { HTTP_WIRE } from '../../contract/save-store.wire.ts';
import { describeWithPrivateServer, started } from '../../servers.ts';

const FOUND_OUT_WITHIN_MS = 3000;
const SLOW = 30_000;

describeWithPrivateServer('S3', 'while S3 is away, the save store', () => {
  let server: PrivateServer;
  let bucket: FreshBucket;
  let store: SaveStore;
  let launcher: Launcher;

  beforeAll(async () => {
    server = started(await startS3());
  }, SLOW);
  afterAll(() => server.stop());
  beforeEach(async () => {
    bucket = await createBucket(server.address, 'outage');
    store = await openS3SaveStore(s3Settings(server.address, bucket.bucket), systemClock());
    const bench = { store, origin: 'http://gateway.invalid', wire: HTTP_WIRE };
    launcher = new Launcher({
      ...bench,
      plantForeign: () => Promise.resolve(),
      keptContents: bucket.keptContents,
      dispose: () => store.close(),
    });
  });
  afterEach(async () => {
    await store.close();
    await bucket.drop();
  });

  /** Every call that has to ask S3. */
  function calls(): readonly (() => Promise<unknown>)[] {
    const objectId = randomUUID();
    const upload = { objectId, partsId: randomUUID() };
    return [
      () => store.ping(),
      () => store.describe(objectId),
      () => store.list(null, 10),
      () => store.remove([objectId], false),
      () => store.remove([objectId], true),
      () => store.beginParts(objectId),
      () => store.storedParts(upload),
      () => store.completeParts(upload, newParts(1)),
      () => store.abandonParts(upload),
      () => collect(store.listUnfinished()),
    ];
  }

  const answers = () =>
    store.ping().then(
      () => true,
      () => false,
    );

  async function expectUnavailable(): Promise<void> {
    const { accessKey, secretKey } = s3Account(server.address);
    const begun = performance.now();
    const outcomes = await Promise.allSettled(calls().map((call) => call()));
    expect(performance.now() - begun).toBeLessThan(FOUND_OUT_WITHIN_MS);
    for (const outcome of outcomes) {
      expect(outcome).toEqual({ status: 'rejected', reason: expect.any(SaveStoreUnavailable) });
      const told = inspect(outcome, { depth: null });
      expect(told).not.toContain(accessKey);
      expect(told).not.toContain(secretKey);
    }
  }

  it(
    'says so within 3 s when its process is gone, still signs, and works again as soon as it is back',
    async () => {
      const save = newSave(1000);
      await launcher.put(save);
      await server.process.kill('SIGKILL');
      await expectUnavailable();
      const signed = await launcher.signGet(save.objectId);
      await server.process.start();
      expect((await launcher.send(signed)).body.equals(save.bytes)).toBe(true);
      await launcher.expectHolds(save);
    },
    SLOW,
  );

  it(
    'says so within 3 s when it takes connections but never answers',
    async () => {
      await server.process.kill('SIGSTOP');
      try {
        // Its threads do not all freeze at once.
        while (await answers()) continue;
        await expectUnavailable();
      } finally {
        await server.process.kill('SIGCONT');
      }
      await store.ping();
    },
    SLOW,
  );

  it(
    'opens all the same',
    async () => {
      await server.process.kill('SIGKILL');
      const opened = await openS3SaveStore(s3Settings(server.address, bucket.bucket), systemClock());
      await expect(opened.ping()).rejects.toThrow(SaveStoreUnavailable);
      await server.process.start();
      await expect(opened.ping()).resolves.toBeUndefined();
      await opened.close();
    },
    SLOW,
  );

  it(
    'does not notice that its connections were cut',
    async () => {
      await store.ping();
      await server.process.restart();
      await expect(store.ping()).resolves.toBeUndefined();
    },
    SLOW,
  );

  it('takes a bucket that is not there for no answer, never for lost saves', async () => {
    const other = await openS3SaveStore(s3Settings(server.address, 'no-such-bucket'), systemClock());
    const [objectId, partsId] = [randomUUID(), randomUUID()];
    await expect(other.ping()).rejects.toThrow(SaveStoreUnavailable);
    await expect(other.describe(objectId)).rejects.toThrow(SaveStoreUnavailable);
    await expect(other.list(null, 10)).rejects.toThrow(SaveStoreUnavailable);
    await expect(other.storedParts({ objectId, partsId })).rejects.toThrow(SaveStoreUnavailable);
    await other.close();
  });

  it('takes keys that S3 does not know for no answer, and keeps them to itself', async () => {
    const settings = { ...s3Settings(server.address, bucket.bucket), secretKey: 'a-wrong-secret' };
    const other = await openS3SaveStore(settings, systemClock());
    const failure: unknown = await other.list(null, 10).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SaveStoreUnavailable);
    expect((failure as Error).message).toMatch(/^S3 ListObjectsV2: SignatureDoesNotMatch, status 403/);
    const told = inspect(failure, { depth: null });
    for (const secret of [settings.accessKey ?? '', 'a-wrong-secret', 'AWS4-HMAC']) expect(told).not.toContain(secret);
    await other.close();
  });
});
