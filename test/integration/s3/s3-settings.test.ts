import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { promisify } from 'node:util';
import type { Config } from '../../../lib/config/config.ts';
import { systemClock } from '../../../lib/ports/clock.ts';
import type { SaveStore } from '../../../lib/ports/save-store.ts';
import { openS3SaveStore } from '../../../lib/s3/s3-save-store.ts';
import { s3Account, s3Settings } from '../../../scripts/servers/s3-address.ts';
import { createBucket, type FreshBucket } from '../../../scripts/servers/s3-bucket.ts';
import { Launcher, expectRefused, newParts, newSave } from '../../contract/save-store.fixtures.ts';
import { HTTP_WIRE } from '../../contract/save-store.wire.ts';
import { describeWithServer } from '../../servers.ts';

const run = promisify(execFile);

describeWithServer('S3', 'the settings of the save store in S3', (address) => {
  let bucket: FreshBucket;
  const stores: SaveStore[] = [];

  beforeEach(async () => {
    bucket = await createBucket(address, 'settings');
  });
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
    await bucket.drop();
  });

  async function open(settings: Partial<Config['s3']>): Promise<Launcher> {
    const store = await openS3SaveStore({ ...s3Settings(address, bucket.bucket), ...settings }, systemClock());
    stores.push(store);
    return new Launcher({
      store,
      origin: 'http://gateway.invalid',
      wire: HTTP_WIRE,
      plantForeign: () => Promise.resolve(),
      keptContents: bucket.keptContents,
      dispose: () => store.close(),
    });
  }

  describe('encryption', () => {
    it('that is asked for is part of what was signed: without it a save is refused', async () => {
      const launcher = await open({ encryption: 'AES256' });
      const save = newSave(1000);
      const signed = await launcher.signPut(save);
      const { 'x-amz-server-side-encryption': asked, ...others } = signed.headers;
      expect(asked).toBe('AES256');
      expectRefused(await launcher.send({ ...signed, headers: others }, save.bytes));
      expectRefused(
        await launcher.send(
          { ...signed, headers: { ...signed.headers, 'x-amz-server-side-encryption': 'aws:kms' } },
          save.bytes,
        ),
      );
      expect(await launcher.bench.store.describe(save.objectId)).toBeNull();
      await launcher.put(save);
      await launcher.expectHolds(save);
    });

    it('is asked for when an object of parts begins', async () => {
      const launcher = await open({ encryption: 'AES256' });
      const { store } = launcher.bench;
      const { objectId } = newSave(0);
      const upload = { objectId, partsId: await store.beginParts(objectId) };
      const parts = newParts(1000);
      for (const part of parts) await launcher.putPart(objectId, upload.partsId, part);
      expect(await store.completeParts(upload, parts)).toBe(true);
    });
  });

  it('sends launchers to the public endpoint, and asks at the other', async () => {
    const { port } = new URL(s3Account(address).endpoint);
    const launcher = await open({ publicEndpoint: `http://localhost:${port}` });
    const save = newSave(1000);
    const signed = await launcher.signPut(save);
    expect(new URL(signed.url).host).toBe(`localhost:${port}`);
    await launcher.put(save);
    await launcher.expectHolds(save);
  });

  describe('TLS', () => {
    let folder: string;
    let proxy: Server;

    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'library-s3-tls-'));
      const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
      await run('openssl', [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'],
        ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert],
      ]);
      const { hostname, port } = new URL(s3Account(address).endpoint);
      proxy = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (client) => {
        const upstream = connect(Number(port), hostname);
        client.pipe(upstream).pipe(client);
        for (const [one, other] of [[client, upstream] as const, [upstream, client] as const]) {
          one.once('error', () => other.destroy());
        }
      });
      await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    });
    afterEach(async () => {
      await new Promise((resolve) => proxy.close(resolve));
      rmSync(folder, { recursive: true });
    });

    /** A process of its own: Node reads NODE_EXTRA_CA_CERTS at its start only. */
    async function ping(env: Readonly<Record<string, string>>): Promise<string> {
      const { port } = proxy.address() as AddressInfo;
      const settings = { ...s3Settings(address, bucket.bucket), endpoint: `https://localhost:${port}` };
      const lib = join(import.meta.dirname, '../../../lib');
      const program = join(folder, 'ping.ts');
      writeFileSync(
        program,
        `import { openS3SaveStore } from '${lib}/s3/s3-save-store.ts';
         import { systemClock } from '${lib}/ports/clock.ts';
         const store = await openS3SaveStore(${JSON.stringify(settings)}, systemClock());
         console.log(await store.ping().then(() => 'answered', (error) => error.message));
         await store.close();`,
      );
      const { stdout } = await run(process.execPath, ['--no-warnings', program], { env: { ...process.env, ...env } });
      return stdout.trim();
    }

    it('is verified, by a certificate authority of one’s own where NODE_EXTRA_CA_CERTS names it', async () => {
      expect(await ping({})).toMatch(/^S3 HeadBucket: Error (DEPTH_ZERO_)?SELF_SIGNED_CERT/);
      expect(await ping({ NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem') })).toBe('answered');
    }, 30_000);
  });
});
