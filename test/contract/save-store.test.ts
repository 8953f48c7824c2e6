import { PutObjectCommand } from '@aws-sdk/client-s3';
import { randomUUID } from 'node:crypto';
import { openS3SaveStore } from '../../lib/s3/s3-save-store.ts';
import { s3Settings } from '../../scripts/servers/s3-address.ts';
import { createBucket } from '../../scripts/servers/s3-bucket.ts';
import { describeWithServer } from '../servers.ts';
import type { OpenSaveStore } from './save-store.fixtures.ts';
import { saveStoreSuite } from './save-store.suite.ts';
import { HTTP_WIRE } from './save-store.wire.ts';

describeWithServer('S3', 'the save store in S3', (address) => {
  saveStoreSuite(inBucket(address, false));
});

describeWithServer('S3', 'the save store in a bucket of S3 that keeps versions', (address) => {
  saveStoreSuite(inBucket(address, true));
});

function inBucket(address: string, versioning: boolean): OpenSaveStore {
  return async (clock) => {
    const { bucket, client, keptContents, drop } = await createBucket(address, 'save-store', versioning);
    const store = await openS3SaveStore(s3Settings(address, bucket), clock);
    return {
      store,
      origin: 'http://gateway.invalid',
      wire: HTTP_WIRE,
      plantForeign: async () => {
        const id = randomUUID();
        for (const key of [`${id}`, `saves/${id.toUpperCase()}`, `saves/${id}.bak`, `saves/${id.slice(0, 8)}/${id}`]) {
          await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: 'not ours' }));
        }
      },
      keptContents: (objectId) => keptContents(`saves/${objectId}`),
      dispose: async () => {
        await store.close();
        await drop();
      },
    };
  };
}
