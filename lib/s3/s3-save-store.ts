import type { Config } from '../config/config.ts';
import type { Clock } from '../ports/clock.ts';
import type { SaveStore } from '../ports/save-store.ts';
import { attachment } from '../http/content-disposition.ts';
import { base64Of } from './checksums.ts';
import { encryptionHeaders, encryptionOfParts } from './encryption.ts';
import { objectKey } from './object-keys.ts';
import { abandonParts, beginParts, completeParts, listUnfinished, storedParts } from './object-parts.ts';
import { describeObject, findBucket, listObjects } from './object-reading.ts';
import { removeObjects } from './object-removal.ts';
import { requestSigner, type Permit } from './request-signer.ts';
import { ask } from './s3-answer.ts';
import { s3Client } from './s3-client.ts';

/**
 * A store of saves in a bucket of S3, or of a server that speaks as S3 does. Objects are named `saves/<object id>`; all
 * else that the bucket holds is left alone. Opening asks nobody anything: S3 may be away, and come back at any time.
 *
 * @param ca by which the certificate of S3 is known; null: by the authorities of the system
 * @throws Error when the settings name no bucket
 */
export async function openS3SaveStore(
  settings: Config['s3'],
  clock: Pick<Clock, 'now'>,
  ca: Buffer | null = null,
): Promise<SaveStore> {
  const { bucket, endpoint, publicEndpoint } = settings;
  if (bucket === null) throw new Error('s3.bucket is not set');
  const client = s3Client(settings, endpoint, ca);
  const publicClient = publicEndpoint === null ? client : s3Client(settings, publicEndpoint, ca);
  const where = { client, bucket };
  const signer = requestSigner(publicClient, bucket, clock);
  const sign = (permit: Permit, forMs: number) => ask('signing', () => signer(permit, forMs));

  return {
    signPut: ({ objectId, sizeBytes, sha256 }, { forMs }) => {
      const headers = { 'x-amz-checksum-sha256': base64Of(sha256), ...encryptionHeaders(settings) };
      return sign({ method: 'PUT', key: objectKey(objectId), query: {}, headers, sizeBytes }, forMs);
    },
    signGet: (objectId, fileName, { forMs }) => {
      const query = {
        'response-content-disposition': attachment(fileName),
        'response-content-type': 'application/octet-stream',
      };
      return sign({ method: 'GET', key: objectKey(objectId), query, headers: {}, sizeBytes: null }, forMs);
    },
    beginParts: (objectId) => beginParts(where, objectId, encryptionOfParts(settings)),
    signPutPart: ({ objectId, partsId }, { number, sizeBytes, sha256 }, { forMs }) => {
      const query = { partNumber: String(number), uploadId: partsId };
      const headers = { 'x-amz-checksum-sha256': base64Of(sha256) };
      return sign({ method: 'PUT', key: objectKey(objectId), query, headers, sizeBytes }, forMs);
    },
    storedParts: (upload) => storedParts(where, upload),
    completeParts: (upload, parts) => completeParts(where, upload, parts),
    abandonParts: (upload) => abandonParts(where, upload),
    listUnfinished: () => listUnfinished(where),
    describe: (objectId) => describeObject(where, objectId),
    remove: (objectIds, everyVersion) => removeObjects(where, objectIds, everyVersion),
    list: (after, limit) => listObjects(where, after, limit),
    ping: () => findBucket(where),
    close: () => {
      client.destroy();
      publicClient.destroy();
      return Promise.resolve();
    },
  };
}
