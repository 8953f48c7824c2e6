import { readFileSync } from 'node:fs';
import { S3Client } from '@aws-sdk/client-s3';
import type { Config } from '../../lib/config/config.ts';

/** An S3 server, and whom it takes us for. */
export interface S3Account {
  /** `http://127.0.0.1:7070`. */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

/** All of it in one URL, as tests hand it on: `http://<access key>:<secret key>@127.0.0.1:7070/?region=us-east-1`. */
export function s3Address({ endpoint, region, accessKey, secretKey }: S3Account): string {
  const url = new URL(endpoint);
  url.username = encodeURIComponent(accessKey);
  url.password = encodeURIComponent(secretKey);
  url.searchParams.set('region', region);
  return url.href;
}

export function s3Account(address: string): S3Account {
  const url = new URL(address);
  const account = {
    region: url.searchParams.get('region') ?? 'us-east-1',
    accessKey: decodeURIComponent(url.username),
    secretKey: decodeURIComponent(url.password),
  };
  [url.username, url.password, url.search] = ['', '', ''];
  return { ...account, endpoint: url.href.replace(/\/$/, '') };
}

/** The settings of the product (`s3.…`) for a bucket there. */
export function s3Settings(address: string, bucket: string): Config['s3'] {
  return {
    ...s3Account(address),
    bucket,
    publicEndpoint: null,
    addressing: 'path',
    encryption: 'bucket',
    kmsKeyId: null,
    tlsCaFile: null,
  };
}

/** The same as variables of the environment. */
export function s3Variables(address: string, bucket: string): Readonly<Record<string, string>> {
  const { endpoint, region, accessKey, secretKey } = s3Account(address);
  return {
    S3_ENDPOINT: endpoint,
    S3_REGION: region,
    S3_BUCKET_SAVEGAMES: bucket,
    S3_ACCESS_KEY: accessKey,
    S3_SECRET_KEY: secretKey,
  };
}

/**
 * A plain client, for what the product's own never does.
 *
 * @param caFile by which the server is known, where its URL is https
 */
export function s3Client(address: string, caFile: string | null = null): S3Client {
  const { endpoint, region, accessKey, secretKey } = s3Account(address);
  return new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    maxAttempts: 1,
    ...(caFile === null ? {} : { requestHandler: { httpsAgent: { ca: readFileSync(caFile) } } }),
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  });
}
