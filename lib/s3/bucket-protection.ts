import {
  DeleteObjectCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import { KEY_PREFIX, objectKey } from './object-keys.ts';
import type { Bucket } from './s3-client.ts';

/** Uploads in parts that nobody finished; the sweeper gives them up sooner. */
const ABORT_PARTS_DAYS = 7;
const RULE = 'library-saves';

/** Has the bucket keep what is removed or overwritten. */
export async function keepVersions({ client, bucket }: Bucket): Promise<void> {
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }));
}

/**
 * Has the bucket forget what was removed so many days ago, and unfinished uploads. Takes the place of the bucket's other
 * rules: of a bucket that has rules of its own, add this one by hand.
 *
 * @throws Error when the bucket has other rules
 */
export async function endOldVersions({ client, bucket }: Bucket, days: number): Promise<void> {
  const others = (await rulesOf({ client, bucket })).filter(({ ID }) => ID !== RULE);
  if (others.length > 0) {
    throw new Error(`the bucket has lifecycle rules of its own (${others.map(({ ID }) => ID).join(', ')})`);
  }
  const rule = {
    ID: RULE,
    Status: 'Enabled' as const,
    Filter: { Prefix: KEY_PREFIX },
    NoncurrentVersionExpiration: { NoncurrentDays: days },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: ABORT_PARTS_DAYS },
  };
  await client.send(
    new PutBucketLifecycleConfigurationCommand({ Bucket: bucket, LifecycleConfiguration: { Rules: [rule] } }),
  );
}

async function rulesOf({ client, bucket }: Bucket): Promise<readonly { readonly ID?: string | undefined }[]> {
  try {
    const { Rules = [] } = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }));
    return Rules;
  } catch (error) {
    if ((error as Error).name === 'NoSuchLifecycleConfiguration') return [];
    throw error;
  }
}

/** Whether what is removed from the bucket can be brought back. */
export async function keepsVersions({ client, bucket }: Bucket): Promise<boolean> {
  const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket: bucket }));
  return Status === 'Enabled';
}

/**
 * Takes the marks of removal off an object, so that its last content is there again.
 *
 * @returns whether a content was there to bring back
 */
export async function bringBack({ client, bucket }: Bucket, objectId: string): Promise<boolean> {
  const Key = objectKey(objectId);
  const { Versions = [], DeleteMarkers = [] } = await client.send(
    new ListObjectVersionsCommand({ Bucket: bucket, Prefix: Key }),
  );
  if (!Versions.some((version) => version.Key === Key)) return false;
  for (const { VersionId } of DeleteMarkers.filter((marker) => marker.Key === Key)) {
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId }));
  }
  return true;
}
