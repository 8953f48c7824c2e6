import { HeadBucketCommand, HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { ListedObject, StoredObject } from '../ports/save-store.ts';
import { readChecksum } from './checksums.ts';
import { KEY_PREFIX, objectIdOf, objectKey } from './object-keys.ts';
import { ask, askUnless } from './s3-answer.ts';
import type { Bucket } from './s3-client.ts';

/** As S3 limits it. */
const LARGEST_PAGE = 1000;

export async function describeObject(where: Bucket, objectId: string): Promise<StoredObject | null> {
  const { client, bucket } = where;
  const command = new HeadObjectCommand({ Bucket: bucket, Key: objectKey(objectId), ChecksumMode: 'ENABLED' });
  const found = await askUnless(['NotFound', 'NoSuchKey'], 'HeadObject', (sending) => client.send(command, sending));
  if (found === null) {
    // Without the bucket S3 answers the same, and all saves would seem lost.
    await findBucket(where);
    return null;
  }
  const checksum = readChecksum(found.ChecksumSHA256);
  return {
    sizeBytes: found.ContentLength ?? 0,
    sha256: checksum?.sha256 ?? null,
    parts: checksum?.parts ?? null,
  };
}

export async function listObjects(
  { client, bucket }: Bucket,
  after: string | null,
  limit: number,
): Promise<readonly ListedObject[]> {
  const listed: ListedObject[] = [];
  // With a slash it sorts before all ids.
  let last = after === null ? KEY_PREFIX : objectKey(after);
  for (let more = true; more && listed.length < limit;) {
    const command = new ListObjectsV2Command({
      Bucket: bucket,
      Prefix: KEY_PREFIX,
      StartAfter: last,
      MaxKeys: Math.min(limit - listed.length, LARGEST_PAGE),
    });
    const { Contents = [], IsTruncated } = await ask('ListObjectsV2', (sending) => client.send(command, sending));
    for (const { Key, Size } of Contents) {
      const objectId = objectIdOf(Key);
      if (objectId !== null) listed.push({ objectId, sizeBytes: Size ?? 0 });
    }
    last = Contents.at(-1)?.Key ?? last;
    more = IsTruncated === true && Contents.length > 0;
  }
  return listed;
}

/** Resolves when the bucket is there. */
export async function findBucket({ client, bucket }: Bucket): Promise<void> {
  await ask('HeadBucket', (sending) => client.send(new HeadBucketCommand({ Bucket: bucket }), sending));
}
