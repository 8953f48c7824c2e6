import { S3Client } from '@aws-sdk/client-s3';
import type { Config } from '../config/config.ts';
import { MIN_VERSION } from '../tls/min-version.ts';
import { ATTEMPT_LIMIT_MS, CONNECT_LIMIT_MS } from './s3-answer.ts';

const ATTEMPTS = 2;

/** A bucket, and who reaches it. */
export interface Bucket {
  readonly client: S3Client;
  readonly bucket: string;
}

/**
 * A client for S3 as the service reaches it, or, with the public endpoint, as launchers do. It asks nobody before it is
 * used: neither S3 nor whoever gives out credentials need be there.
 *
 * @param ca by which its certificate is known; null: by the authorities of the system
 */
export function s3Client(settings: Config['s3'], endpoint: string | null, ca: Buffer | null): S3Client {
  const { accessKey, secretKey } = settings;
  return new S3Client({
    region: settings.region,
    ...(endpoint === null ? {} : { endpoint }),
    forcePathStyle: settings.addressing === 'path',
    // Otherwise the SDK looks for them: environment, profile, role.
    ...(accessKey === null || secretKey === null
      ? {}
      : { credentials: { accessKeyId: accessKey, secretAccessKey: secretKey } }),
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_LIMIT_MS,
      requestTimeout: ATTEMPT_LIMIT_MS,
      throwOnRequestTimeout: true,
      httpsAgent: { minVersion: MIN_VERSION, rejectUnauthorized: true, ...(ca === null ? {} : { ca }) },
    },
    // Ours are SHA-256, and signed; a CRC beside them would only have to be computed.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}
