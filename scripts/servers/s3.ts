import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, freshFolder, versitygw } from './machine.ts';
import { PrivateProcess } from './private-process.ts';
import { s3Address, s3Client } from './s3-address.ts';
import { environmentServer, type PrivateServer, type Server } from './server.ts';
import type { ServerTls } from './server-tls.ts';

const REGION = 'us-east-1';
const PROBE_LIMIT_MS = 2000;

/**
 * The S3 of the environment (`S3_ENDPOINT`, `S3_ACCESS_KEY`, `S3_SECRET_KEY`, `S3_REGION`), else a private one, else null
 * when the machine has none. Tests make buckets of their own there, and remove them.
 *
 * @throws Error when the environment names a server but no keys.
 */
export async function obtainS3(): Promise<Server | null> {
  const { S3_ENDPOINT: endpoint, S3_ACCESS_KEY: accessKey, S3_SECRET_KEY: secretKey } = process.env;
  if (!endpoint) return startS3();
  if (!accessKey || !secretKey) throw new Error('S3_ENDPOINT is set, but not both of S3_ACCESS_KEY and S3_SECRET_KEY');
  const region = process.env['S3_REGION'] ?? REGION;
  return environmentServer('S3', s3Address({ endpoint, region, accessKey, secretKey }), s3Version);
}

/**
 * A private versitygw over a fresh folder, with versioning on offer; null when `scripts/install-servers` built none. It
 * keeps checksums in extended attributes: a folder for temporary files that has none it refuses. (Its `--sidecar` does
 * without, but there an object that was removed and put again stays removed.)
 */
export async function startS3(tls: ServerTls | null = null): Promise<PrivateServer | null> {
  const found = versitygw();
  if (found === null) return null;
  const folder = freshFolder('s3', null);
  const [data, versions] = [join(folder, 'data'), join(folder, 'versions')];
  for (const each of [data, versions]) mkdirSync(each);
  const port = await freePort();
  const endpoint = tls === null ? `http://127.0.0.1:${port}` : `https://localhost:${port}`;
  const [accessKey, secretKey] = [randomBytes(10).toString('hex'), randomBytes(20).toString('hex')];
  const address = s3Address({ endpoint, region: REGION, accessKey, secretKey });
  const server = new PrivateProcess({
    command: found.program,
    args: [
      ...['--port', `127.0.0.1:${port}`, '--region', REGION, '--access', accessKey, '--secret', secretKey],
      ...['--keep-alive', '--quiet', ...(tls === null ? [] : ['--cert', tls.certFile, '--key', tls.keyFile])],
      ...['posix', '--versioning-dir', versions, data],
    ],
    folder,
    account: null,
    stopSignal: 'SIGTERM',
    ready: () => s3Version(address, tls),
  });
  await server.start();
  return {
    name: 'S3',
    address,
    version: found.version,
    kind: 'private',
    process: server,
    stop: () => server.discard(),
  };
}

/** Resolves when an S3 serves and knows us, rejects when it does not. Its version it tells nobody. */
export async function s3Version(address: string, tls: ServerTls | null = null): Promise<string> {
  const client = s3Client(address, tls?.caFile ?? null);
  try {
    await client.send(new ListBucketsCommand({}), { abortSignal: AbortSignal.timeout(PROBE_LIMIT_MS) });
    return 'unknown';
  } finally {
    client.destroy();
  }
}
