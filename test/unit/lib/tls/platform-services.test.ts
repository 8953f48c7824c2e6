import { createServer, type Server } from 'node:https';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerCredentials } from '@grpc/grpc-js';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createVerifier } from '../../../../lib/auth/verifier.ts';
import { configFrom } from '../../../../lib/config/load.ts';
import { channelCredentials } from '../../../../lib/grpc/certificates.ts';
import { accountProto } from '../../../../lib/grpc/protos.ts';
import { systemClock } from '../../../../lib/ports/clock.ts';
import { Certificates } from '../../../../lib/tls/certificates.ts';
import { startUpstreamServer, type UpstreamServer } from '../../../../scripts/upstream/upstream-server.ts';
import { certificateAuthority, type CertificateAuthority } from '../../../certificate-authority.ts';

const USER = '0198f2b4-0a00-7000-8000-00000000d3a0';

describe('services of the platform in TLS', () => {
  let folder: string;
  let authority: CertificateAuthority;
  let stranger: CertificateAuthority;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'library-platform-tls-'));
    authority = certificateAuthority(folder);
    stranger = certificateAuthority(folder, 'stranger');
    authority.issue('library');
    stranger.issue('unknown');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  describe('over gRPC', () => {
    let server: UpstreamServer;

    beforeAll(async () => {
      const { cert, key } = authority.issue('account', ['DNS:localhost']);
      const mutual = ServerCredentials.createSsl(authority.ca, [{ cert_chain: cert, private_key: key }], true);
      const answers = { accountOf: (id: string) => ({ user_id: id, display_name: 'name' }), gameOf: () => null };
      server = await startUpstreamServer(answers, 0, mutual);
    });
    afterAll(() => server.close());

    /** Asks once, as the product would; `files` are below {@link folder}. */
    async function ask(files: { ca?: string; shown?: string; host?: string }, between?: (look: () => void) => void) {
      const { ca = 'ca.crt', shown = 'library', host = 'localhost' } = files;
      const { upstream } = configFrom('', {
        UPSTREAM_TLS: 'on',
        UPSTREAM_TLS_CA_FILE: join(folder, ca),
        ...(shown === '' ? {} : shownFiles(shown)),
      });
      let look = (): void => {};
      const clock = {
        now: Date.now,
        after: (_ms: number, callback: () => void) => {
          look = callback;
          return () => undefined;
        },
      };
      const certificates = new Certificates({ clock, log: console });
      const { AccountService } = accountProto().account.v1;
      const address = server.address.replace('127.0.0.1', host);
      const stub = new AccountService(address, channelCredentials(upstream, certificates));
      const once = () =>
        new Promise<string | undefined>((resolve, reject) => {
          stub.GetUser({ user_id: USER }, { deadline: Date.now() + 4000 }, (error, reply) =>
            error === null ? resolve(reply?.display_name) : reject(error),
          );
        });
      try {
        if (between === undefined) return await once();
        await expect(once()).rejects.toThrow(/UNAVAILABLE/);
        between(look);
        // The channel pauses after a connection that failed.
        for (;;) {
          const name = await once().catch(() => null);
          if (name !== null) return name;
        }
      } finally {
        stub.close();
        certificates.close();
      }
    }
    const shownFiles = (name: string) => ({
      UPSTREAM_TLS_CERT_FILE: join(folder, `${name}.crt`),
      UPSTREAM_TLS_KEY_FILE: join(folder, `${name}.key`),
    });

    it('are answered when both sides know each other', async () => {
      expect(await ask({})).toBe('name');
    });

    it.each([
      [{ ca: 'stranger.crt' }, /unable to verify|self-signed/],
      [{ host: '127.0.0.1' }, /altnames/],
      [{ shown: 'unknown' }, /UNAVAILABLE/],
      [{ shown: '' }, /UNAVAILABLE/],
    ])('are refused with %j', async (files, why) => {
      await expect(ask(files)).rejects.toThrow(why);
    });

    it('see a certificate that was renewed, without a restart', async () => {
      for (const kind of ['crt', 'key']) copyFileSync(join(folder, `unknown.${kind}`), join(folder, `renewed.${kind}`));
      const renew = (look: () => void): void => {
        for (const kind of ['crt', 'key'])
          copyFileSync(join(folder, `library.${kind}`), join(folder, `renewed.${kind}`));
        look();
      };
      expect(await ask({ shown: 'renewed' }, renew)).toBe('name');
    });
  });

  describe('that sign tokens', () => {
    let server: Server;
    let token: string;
    let port: number;

    beforeAll(async () => {
      const { publicKey, privateKey } = await generateKeyPair('ES256');
      const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }] });
      const { cert, key } = authority.issue('issuer', ['DNS:localhost']);
      server = createServer({ cert, key }, (_req, res) => res.end(keys));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      ({ port } = server.address() as AddressInfo);
      token = await new SignJWT({ roles: ['user'] })
        .setProtectedHeader({ alg: 'ES256', kid: 'one' })
        .setSubject(USER)
        .setIssuer('library-dev')
        .setAudience('library-service')
        .setExpirationTime('1h')
        .sign(privateKey);
    });
    afterAll(() => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    });
    const verify = (host: string, ca: Buffer | null) => {
      const { auth } = configFrom('', { JWT_JWKS_URL: `https://${host}:${port}/keys` });
      return createVerifier(auth, systemClock(), ca).verify(`Bearer ${token}`);
    };

    it('are asked for their keys when their authority and their name are known', async () => {
      expect((await verify('localhost', authority.ca)).caller.userId).toBe(USER);
    });

    it('are not believed otherwise', async () => {
      await expect(verify('localhost', stranger.ca)).rejects.toThrow(/keys of the token issuer cannot be fetched/);
      await expect(verify('localhost', null)).rejects.toThrow(/keys of the token issuer cannot be fetched/);
      await expect(verify('127.0.0.1', authority.ca)).rejects.toThrow(/keys of the token issuer cannot be fetched/);
    });
  });
});
