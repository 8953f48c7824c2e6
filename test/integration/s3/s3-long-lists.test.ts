import { AbortMultipartUploadCommand, PutBucketVersioningCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { systemClock } from '../../../lib/ports/clock.ts';
import type { SaveStore } from '../../../lib/ports/save-store.ts';
import { openS3SaveStore } from '../../../lib/s3/s3-save-store.ts';
import { s3Settings } from '../../../scripts/servers/s3-address.ts';
import { createBucket, type FreshBucket } from '../../../scripts/servers/s3-bucket.ts';
import { collect } from '../../contract/save-store.fixtures.ts';
import { describeWithServer } from '../../servers.ts';

/** One more than the store lets S3 tell at once. */
const MANY_UPLOADS = 201;
const MANY_VERSIONS = 101;
const SLOW = 60_000;

describeWithServer('S3', 'lists that S3 tells in pages', (address) => {
  let bucket: FreshBucket;
  let store: SaveStore;

  beforeEach(async () => {
    bucket = await createBucket(address, 'lists');
    store = await openS3SaveStore(s3Settings(address, bucket.bucket), systemClock());
  });
  afterEach(async () => {
    await store.close();
    await bucket.drop();
  }, SLOW);

  const put = (objectId: string) =>
    bucket.client.send(new PutObjectCommand({ Bucket: bucket.bucket, Key: `saves/${objectId}`, Body: 'x' }));

  it(
    'are removed whole, of the versions of one object',
    async () => {
      const VersioningConfiguration = { Status: 'Enabled' } as const;
      await bucket.client.send(new PutBucketVersioningCommand({ Bucket: bucket.bucket, VersioningConfiguration }));
      const [objectId, neighbour] = [randomUUID(), randomUUID()];
      await put(neighbour);
      for (let n = 0; n < MANY_VERSIONS; n += 1) await put(objectId);
      await store.remove([objectId], true);
      expect(await bucket.keptContents(`saves/${objectId}`)).toBe(0);
      expect(await bucket.keptContents(`saves/${neighbour}`)).toBe(1);
    },
    SLOW,
  );

  it(
    'are told whole, of what is under way',
    async () => {
      const ids = Array.from({ length: MANY_UPLOADS - 1 }, () => randomUUID()).sort();
      // Begun twice, it is where the first page ends.
      const all = [...ids, ids.at(-1) ?? ''];
      await eachOf(all, (id) => store.beginParts(id));
      const listed = await collect(store.listUnfinished());
      expect(listed.map(({ objectId }) => objectId).sort()).toEqual(all);
      expect(new Set(listed.map(({ partsId }) => partsId)).size).toBe(MANY_UPLOADS);
      await eachOf(listed, ({ objectId, partsId: UploadId }) =>
        bucket.client.send(
          new AbortMultipartUploadCommand({ Bucket: bucket.bucket, Key: `saves/${objectId}`, UploadId }),
        ),
      );
    },
    SLOW,
  );
});

/** A few at a time. */
async function eachOf<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}
