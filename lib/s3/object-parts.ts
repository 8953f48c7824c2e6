import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  type CreateMultipartUploadCommandInput,
  type MultipartUpload,
  type Part,
} from '@aws-sdk/client-s3';
import { SaveStoreUnavailable, type ObjectPart, type PartsUpload, type UnfinishedParts } from '../ports/save-store.ts';
import { base64Of } from './checksums.ts';
import { KEY_PREFIX, objectIdOf, objectKey } from './object-keys.ts';
import { ask, askUnless } from './s3-answer.ts';
import type { Bucket } from './s3-client.ts';

/** Some servers copy all the parts before they answer. A dead one was found out before that. */
const COMPLETE_LIMIT_MS = 30_000;
/** Of what is under way. */
const PAGE = 200;
const GONE = ['NoSuchUpload'];
/** Parts that went, or were replaced, since they were listed. */
const CHANGED = [...GONE, 'InvalidPart'];

export async function beginParts(
  { client, bucket }: Bucket,
  objectId: string,
  encryption: Pick<CreateMultipartUploadCommandInput, 'ServerSideEncryption' | 'SSEKMSKeyId'>,
): Promise<string> {
  const command = new CreateMultipartUploadCommand({
    Bucket: bucket,
    Key: objectKey(objectId),
    ContentType: 'application/octet-stream',
    ChecksumAlgorithm: 'SHA256',
    ChecksumType: 'COMPOSITE',
    ...encryption,
  });
  const { UploadId } = await ask('CreateMultipartUpload', (sending) => client.send(command, sending));
  if (UploadId === undefined) throw new SaveStoreUnavailable('S3 CreateMultipartUpload: an answer without an id');
  return UploadId;
}

export async function storedParts(where: Bucket, upload: PartsUpload): Promise<readonly number[]> {
  const parts = (await listParts(where, upload)) ?? [];
  return parts.flatMap(({ PartNumber }) => PartNumber ?? []);
}

export async function completeParts(
  where: Bucket,
  upload: PartsUpload,
  parts: readonly ObjectPart[],
): Promise<boolean> {
  const { client, bucket } = where;
  // S3 also wants the tags that it gave out with the parts, and servers differ in what they say to a wrong part.
  const stored = new Map((await listParts(where, upload))?.map((part) => [part.PartNumber, part]));
  const wanted = parts.flatMap(({ number, sizeBytes, sha256 }) => {
    const part = stored.get(number);
    const ChecksumSHA256 = base64Of(sha256);
    if (part?.Size !== sizeBytes || part.ChecksumSHA256 !== ChecksumSHA256) return [];
    return { PartNumber: number, ETag: part.ETag, ChecksumSHA256 };
  });
  if (wanted.length === 0 || wanted.length < parts.length) return false;
  const command = new CompleteMultipartUploadCommand({
    Bucket: bucket,
    Key: objectKey(upload.objectId),
    UploadId: upload.partsId,
    ChecksumType: 'COMPOSITE',
    MultipartUpload: { Parts: wanted.sort((one, other) => one.PartNumber - other.PartNumber) },
  });
  const made = await askUnless(
    CHANGED,
    'CompleteMultipartUpload',
    (sending) => client.send(command, sending),
    COMPLETE_LIMIT_MS,
  );
  return made !== null;
}

export async function abandonParts({ client, bucket }: Bucket, { objectId, partsId }: PartsUpload): Promise<void> {
  const command = new AbortMultipartUploadCommand({ Bucket: bucket, Key: objectKey(objectId), UploadId: partsId });
  await askUnless(GONE, 'AbortMultipartUpload', (sending) => client.send(command, sending));
}

export async function* listUnfinished({ client, bucket }: Bucket): AsyncGenerator<UnfinishedParts> {
  for (let after: string | undefined, more = true; more;) {
    const command = new ListMultipartUploadsCommand({
      Bucket: bucket,
      Prefix: KEY_PREFIX,
      KeyMarker: after,
      MaxUploads: PAGE,
    });
    const page = await ask('ListMultipartUploads', (sending) => client.send(command, sending));
    more = page.IsTruncated === true;
    const uploads = more ? withoutLastKey(page.Uploads ?? []) : (page.Uploads ?? []);
    for (const { Key, UploadId, Initiated } of uploads) {
      const objectId = objectIdOf(Key);
      if (objectId === null || UploadId === undefined || Initiated === undefined) continue;
      yield { objectId, partsId: UploadId, begunAt: Initiated.getTime() };
    }
    after = uploads.at(-1)?.Key;
    more &&= after !== undefined;
  }
}

/**
 * The next page shall begin with a key: not every server that speaks S3 understands the other mark, of an upload among
 * those of one key (versitygw refuses it, https://github.com/versity/versitygw/issues/2149).
 */
function withoutLastKey(uploads: readonly MultipartUpload[]): readonly MultipartUpload[] {
  const last = uploads.at(-1)?.Key;
  const before = uploads.filter(({ Key }) => Key !== last);
  return before.length > 0 ? before : uploads;
}

/** Null: nothing is under way. */
async function listParts(
  { client, bucket }: Bucket,
  { objectId, partsId }: PartsUpload,
): Promise<readonly Part[] | null> {
  const parts: Part[] = [];
  let after: string | undefined;
  do {
    const command: ListPartsCommand = new ListPartsCommand({
      Bucket: bucket,
      Key: objectKey(objectId),
      UploadId: partsId,
      PartNumberMarker: after,
    });
    const page = await askUnless(GONE, 'ListParts', (sending) => client.send(command, sending));
    if (page === null) return null;
    parts.push(...(page.Parts ?? []));
    after = page.IsTruncated ? page.NextPartNumberMarker : undefined;
  } while (after !== undefined);
  return parts;
}
