import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';
import { s3Client } from './s3-address.ts';

export interface FreshBucket {
  readonly bucket: string;
  /** A plain client of the server, until the bucket is dropped. */
  readonly client: S3Client;
  /** How many contents it keeps under a key, with earlier ones and those before a removal. */
  readonly keptContents: (key: string) => Promise<number>;
  /** Removes the bucket and all that is in it. */
  readonly drop: () => Promise<void>;
}

/**
 * Creates an empty bucket for one test or bench, `name` plus a random part, on the server at `address`.
 *
 * @param caFile by which the server is known, where its URL is https
 */
export async function createBucket(
  address: string,
  name: string,
  versioning = false,
  caFile: string | null = null,
): Promise<FreshBucket> {
  const bucket = `${name}-${randomBytes(6).toString('hex')}`;
  const client = s3Client(address, caFile);
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  if (versioning) {
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }));
  }
  return {
    bucket,
    client,
    async keptContents(key) {
      const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key }));
      return Versions.filter(({ Key }) => Key === key).length;
    },
    async drop() {
      await empty(client, bucket);
      await client.send(new DeleteBucketCommand({ Bucket: bucket }));
      client.destroy();
    },
  };
}

async function empty(client: S3Client, bucket: string): Promise<void> {
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  for (const { Key, UploadId } of Uploads) {
    await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
  }
  for (;;) {
    const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: bucket }));
    const all = [...Versions, ...DeleteMarkers];
    if (all.length === 0) return;
    for (const { Key, VersionId } of all) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId }));
    }
  }
}
