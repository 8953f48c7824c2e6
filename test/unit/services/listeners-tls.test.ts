import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ServiceBroker } from 'moleculer';
import { createVerifier } from '../../../lib/auth/verifier.ts';
import { configFrom } from '../../../lib/config/load.ts';
import { Readiness } from '../../../lib/http/readiness.ts';
import { systemClock } from '../../../lib/ports/clock.ts';
import { Certificates } from '../../../lib/tls/certificates.ts';
import { gatewayLimits } from '../../../services/gateway-limits.ts';
import { grpcService } from '../../../services/grpc.service.ts';
import { healthService } from '../../../services/health.service.ts';
import { certificateAuthority, type CertificateAuthority, type Issued } from '../../certificate-authority.ts';

/** The REST port is that of `test/unit/lib/http/server-tls.test.ts`. */
describe('the ports of gRPC and metrics in TLS', () => {
  let folder: string;
  let authority: CertificateAuthority;
  let client: Issued;
  let look: () => void;
  let broker: ServiceBroker;
  let certificates: Certificates;
  let ports: Readonly<Record<string, number>>;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'library-listeners-'));
    authority = certificateAuthority(folder);
    for (const name of ['first', 'second']) authority.issue(name);
    client = authority.issue('client');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function show(name: string): void {
    for (const kind of ['crt', 'key']) copyFileSync(join(folder, `${name}.${kind}`), join(folder, `shown.${kind}`));
  }

  beforeEach(async () => {
    show('first');
    const [cert, key] = [join(folder, 'shown.crt'), join(folder, 'shown.key')];
    const config = configFrom('', {
      NODE_ID: 'test',
      LIBRARY_GRPC_PORT: '0',
      METRICS_PORT: '0',
      HTTP_DRAIN_GRACE_MS: '0',
      GRPC_TLS_CERT_FILE: cert,
      GRPC_TLS_KEY_FILE: key,
      GRPC_TLS_CLIENT_CA_FILE: authority.caFile,
      GRPC_TLS_CLIENTS: 'required',
      METRICS_TLS_CERT_FILE: cert,
      METRICS_TLS_KEY_FILE: key,
    });
    const clock = systemClock();
    const watched = {
      now: () => clock.now(),
      after: (_ms: number, callback: () => void) => {
        look = callback;
        return () => undefined;
      },
    };
    broker = new ServiceBroker({ nodeID: 'test', logger: false, skipProcessEventRegistration: true });
    certificates = new Certificates({ clock: watched, log: console });
    const readiness = new Readiness({}, clock);
    const { limits } = await gatewayLimits(config, broker, clock, certificates);
    const verifier = createVerifier(config.auth, clock);
    const grpc = grpcService({ config, verifier, limits, clock, readiness, certificates });
    const health = healthService({ config, clock, readiness, certificates });
    for (const { schema } of [grpc, health]) broker.createService(schema);
    await broker.start();
    ports = { gRPC: grpc.port() ?? 0, metrics: health.address()?.port ?? 0 };
  });
  afterEach(async () => {
    certificates.close();
    await broker.stop();
  });

  /** The name that a port shows, once it took the client in: in TLS 1.3 a client is refused after its handshake. */
  function seen(port: string, options: ConnectionOptions = {}): Promise<string> {
    return new Promise((resolve, reject) => {
      const to = { host: '127.0.0.1', port: ports[port] ?? 0, ALPNProtocols: port === 'gRPC' ? ['h2'] : ['http/1.1'] };
      const socket = connect({ ...to, ca: authority.ca, cert: client.cert, key: client.key, ...options }, () => {
        const name = String(socket.getPeerCertificate().subject.CN);
        socket.once('data', () => {
          resolve(name);
          socket.destroy();
        });
        // A server of HTTP/2 speaks first.
        if (port === 'metrics') socket.write('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n');
      });
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('closed')));
    });
  }

  describe.each(['gRPC', 'metrics'])('%s', (port) => {
    it('speaks TLS 1.2 and 1.3, and nothing before', async () => {
      expect(await seen(port)).toBe('first');
      expect(await seen(port, { maxVersion: 'TLSv1.2' })).toBe('first');
      const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
      await expect(seen(port, old)).rejects.toThrow(/alert protocol version/);
    });

    it('does not answer in plain text', async () => {
      const socket = connectPlain(ports[port] ?? 0, '127.0.0.1', () =>
        socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
      );
      const received: Buffer[] = [];
      socket.on('data', (chunk) => received.push(chunk));
      socket.on('error', () => undefined);
      await new Promise((resolve) => socket.once('close', resolve));
      expect(Buffer.concat(received).toString('latin1')).not.toMatch(/HTTP|PRI/);
    });

    it('shows a renewed certificate without a restart', async () => {
      expect(await seen(port)).toBe('first');
      show('second');
      look();
      expect(await seen(port)).toBe('second');
    });
  });

  it('gRPC takes nobody in without a certificate where it asks for one', async () => {
    await expect(seen('gRPC', { cert: '', key: '' })).rejects.toThrow(/closed|certificate required|hang up|reset/i);
  });
});
