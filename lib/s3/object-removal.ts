import { DeleteObjectsCommand, ListObjectVersionsCommand, type ObjectIdentifier } from '@aws-sdk/client-s3';
import { SaveStoreUnavailable } from '../ports/save-store.ts';
import { objectKey } from './object-keys.ts';
import { ask } from './s3-answer.ts';
import type { Bucket } from './s3-client.ts';

/** S3 takes 1000; so few are removed within the limit of one request everywhere. */
const BATCH = 100;
/** Objects whose versions are asked for at the same time. */
const AT_ONCE = 10;
const GONE = ['NoSuchKey', 'NoSuchVersion'];

/** Removes objects; with `everyVersion`, whatever a bucket with versioning keeps of them, and its marks of removal too. */
export async function removeObjects(where: Bucket, objectIds: readonly string[], everyVersion: boolean): Promise<void> {
  for (const ids of inBatches(objectIds, everyVersion ? AT_ONCE : BATCH)) {
    const keys = ids.map(objectKey);
    const doomed = everyVersion
      ? (await Promise.all(keys.map((key) => versionsOf(where, key)))).flat()
      : keys.map((Key) => ({ Key }));
    for (const batch of inBatches(doomed, BATCH)) await removeBatch(where, batch);
  }
}

async function removeBatch({ client, bucket }: Bucket, batch: readonly ObjectIdentifier[]): Promise<void> {
  const command = new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: [...batch], Quiet: true } });
  const { Errors = [] } = await ask('DeleteObjects', (sending) => client.send(command, sending));
  const refused = Errors.filter(({ Code }) => !GONE.includes(Code ?? ''));
  const [first] = refused;
  if (first === undefined) return;
  throw new SaveStoreUnavailable(
    `S3 DeleteObjects: ${first.Code ?? 'refused'} for ${refused.length} of ${batch.length}`,
  );
}

/** Everything that is kept under this very key. */
async function versionsOf({ client, bucket }: Bucket, key: string): Promise<ObjectIdentifier[]> {
  const all: ObjectIdentifier[] = [];
  let after: { KeyMarker?: string; VersionIdMarker?: string } | null = {};
  while (after !== null) {
    const command: ListObjectVersionsCommand = new ListObjectVersionsCommand({
      Bucket: bucket,
      Prefix: key,
      MaxKeys: BATCH,
      ...after,
    });
    const page = await ask('ListObjectVersions', (sending) => client.send(command, sending));
    for (const { Key, VersionId } of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]) {
      if (Key === key) all.push({ Key, VersionId });
    }
    const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page;
    // The key itself sorts before all that only begin with it.
    after =
      page.IsTruncated && KeyMarker === key
        ? { KeyMarker, ...(VersionIdMarker === undefined ? {} : { VersionIdMarker }) }
        : null;
  }
  return all;
}

function* inBatches<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
