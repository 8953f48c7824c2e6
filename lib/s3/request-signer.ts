import { HeadBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import { S3RequestPresigner, getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Clock } from '../ports/clock.ts';
import type { SignedRequest } from '../ports/save-store.ts';

/** As S3 limits it. */
const LONGEST_VALIDITY_SECONDS = 7 * 86_400;

/** One thing that may be done with one object. */
export interface Permit {
  readonly method: 'PUT' | 'GET';
  readonly key: string;
  readonly query: Readonly<Record<string, string>>;
  /** Signed, and to be sent. */
  readonly headers: Readonly<Record<string, string>>;
  /** Exactly so many bytes, neither less nor more; null: none. */
  readonly sizeBytes: number | null;
}

export type SignRequest = (permit: Permit, forMs: number) => Promise<SignedRequest>;

type Unsigned = Parameters<S3RequestPresigner['presign']>[0];

/**
 * Signs requests as S3 wants them in a URL
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html): the number of bytes and all headers are
 * signed, so that S3 refuses whatever differs. It signs prepared requests rather than commands of the SDK, whose way
 * through its middleware takes seven times as long. Times are whole seconds, rounded down.
 *
 * @param client reaches S3 as launchers do; asked for its address and credentials only
 */
export function requestSigner(client: S3Client, bucket: string, clock: Pick<Clock, 'now'>): SignRequest {
  const { region, credentials, sha256 } = client.config;
  const presigner = new S3RequestPresigner({ region, credentials, sha256 });
  const address = bucketAddress(client, bucket);

  return async ({ method, key, query, headers, sizeBytes }, forMs) => {
    const { protocol, host, hostname, pathname } = await address();
    const path = `${pathname.replace(/\/$/, '')}/${key}`;
    const unsigned = {
      method,
      protocol,
      hostname,
      path,
      query: { ...query },
      headers: { host, ...(sizeBytes === null ? {} : { 'content-length': String(sizeBytes) }), ...headers },
    } satisfies Unsigned;
    const signedAt = Math.floor(clock.now() / 1000);
    const expiresIn = Math.min(Math.max(Math.floor(forMs / 1000), 1), LONGEST_VALIDITY_SECONDS);
    const signed = await presigner.presign(unsigned, {
      signingDate: new Date(signedAt * 1000),
      expiresIn,
      // In the URL they would be no condition but a promise that nobody has to keep.
      unhoistableHeaders: new Set(Object.keys(headers)),
    });
    const url = `${protocol}//${host}${signed.path}?${queryText(signed.query ?? {})}`;
    // A URL that was signed with a role's credentials ends with them.
    const { expiration } = await credentials();
    const expiresAt = Math.min((signedAt + expiresIn) * 1000, expiration?.getTime() ?? Infinity);
    return { method, url, headers, expiresAt };
  };
}

/** Where the bucket is: the SDK knows, and is asked when it is needed first. */
function bucketAddress(client: S3Client, bucket: string): () => Promise<URL> {
  let found: URL | null = null;
  return async () => (found ??= new URL(await getSignedUrl(client, new HeadBucketCommand({ Bucket: bucket }))));
}

function queryText(query: NonNullable<Unsigned['query']>): string {
  return Object.entries(query)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encoded(String(value))}`)
    .join('&');
}

/** What AWS calls URI encoding: also of signs that `encodeURIComponent` leaves alone. */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
