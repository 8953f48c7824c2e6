import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { connect as connectPlain, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { configFrom } from '../../../../lib/config/load.ts';
import { createServer, type HttpServer } from '../../../../lib/http/server.ts';
import { systemClock } from '../../../../lib/ports/clock.ts';
import { Certificates } from '../../../../lib/tls/certificates.ts';
import { filesOf } from '../../../../lib/tls/pem-files.ts';
import { certificateAuthority, type CertificateAuthority } from '../../../certificate-authority.ts';

describe('the HTTP server in TLS', () => {
  let folder: string;
  let authority: CertificateAuthority;
  let look: () => void;
  let certificates: Certificates;
  let server: HttpServer;
  let address: AddressInfo;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'library-http-tls-'));
    authority = certificateAuthority(folder);
    for (const name of ['first', 'second']) authority.issue(name);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  beforeEach(async () => {
    show('first');
    const clock = {
      now: Date.now,
      after: (_ms: number, callback: () => void) => {
        look = callback;
        return () => undefined;
      },
    };
    certificates = new Certificates({ clock, log: console });
    const settings = { tlsCertFile: join(folder, 'shown.crt'), tlsKeyFile: join(folder, 'shown.key') };
    const shown = certificates.watch('http', filesOf('http', settings));
    const { http } = configFrom('', { HTTP_HEADERS_TIMEOUT_MS: '1000' });
    server = createServer(http, 0, systemClock(), (_req, res) => res.end('ok'), null, shown);
    address = await server.listen();
  });
  afterEach(async () => {
    await server.close(0);
    certificates.close();
  });

  function show(name: string): void {
    for (const kind of ['crt', 'key']) copyFileSync(join(folder, `${name}.${kind}`), join(folder, `shown.${kind}`));
  }

  /** What a client sees of the certificate and of the protocol. */
  function seen(options: ConnectionOptions = {}): Promise<readonly [string, string | null]> {
    return new Promise((resolve, reject) => {
      const { port, address: host } = address;
      const socket = connect({ port, host, ca: authority.ca, ...options }, () => {
        resolve([String(socket.getPeerCertificate().subject.CN), socket.getProtocol()]);
        socket.destroy();
      });
      socket.once('error', reject);
    });
  }

  it('speaks TLS 1.3 and 1.2, and nothing before', async () => {
    expect(await seen()).toEqual(['first', 'TLSv1.3']);
    expect(await seen({ maxVersion: 'TLSv1.2' })).toEqual(['first', 'TLSv1.2']);
    for (const version of ['TLSv1.1', 'TLSv1'] as const) {
      // Without the lower security level, OpenSSL would not even offer it.
      const old = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' } as const;
      await expect(seen(old)).rejects.toThrow(/alert protocol version/);
    }
  });

  it('shows a renewed certificate to whoever connects from then on, and cuts nobody', async () => {
    const { port } = address;
    const held = connect({ port, host: '127.0.0.1', ca: authority.ca });
    await new Promise((resolve) => held.once('secureConnect', resolve));
    show('second');
    look();
    expect(await seen()).toEqual(['second', 'TLSv1.3']);
    held.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const answer = await new Promise((resolve) => held.once('data', resolve));
    expect(String(answer)).toContain('200 OK');
    held.destroy();
  });

  it.each([
    ['plain text', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['nothing', ''],
  ])('hangs up on a client that sends %s instead of a handshake', async (_what, bytes) => {
    const socket = connectPlain(address.port, address.address, () => socket.write(bytes));
    const received: Buffer[] = [];
    socket.on('data', (chunk) => received.push(chunk));
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('close', resolve));
    expect(Buffer.concat(received).toString('latin1')).not.toContain('HTTP/1.1 200');
  });
});
