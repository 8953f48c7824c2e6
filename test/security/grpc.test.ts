import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { credentials, Metadata, status as Status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ROLES } from '../../lib/contract/endpoint.ts';
import { certificateAuthority, type CertificateAuthority, type Issued } from '../certificate-authority.ts';
import { GAME, OTHER } from '../unit/services/gateway.ts';
import { ended, startGrpcGateway, type Ended, type GrpcGateway } from '../unit/services/grpc-gateway.ts';

const GRANT = { user_id: OTHER, game_id: GAME, source: 'ACQUISITION_SOURCE_GIFT' } as const;
const SPIFFE = 'spiffe://platform.example/payments';

describe('callers over gRPC that are not who they should be', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'library-grpc-attack-'));
  let authority: CertificateAuthority;
  let mutual: Record<string, string>;
  let gateway: GrpcGateway | null = null;

  beforeAll(() => {
    authority = certificateAuthority(folder);
    const server = authority.issue('server');
    mutual = {
      GRPC_TLS_CERT_FILE: server.certFile,
      GRPC_TLS_KEY_FILE: server.keyFile,
      GRPC_TLS_CLIENT_CA_FILE: authority.caFile,
    };
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true }));
  afterEach(async () => {
    await gateway?.stop();
    gateway = null;
  });

  async function started(env: Readonly<Record<string, string>>, shown: Issued | null): Promise<GrpcGateway> {
    const channel =
      shown === null ? credentials.createSsl(authority.ca) : credentials.createSsl(authority.ca, shown.key, shown.cert);
    gateway = await startGrpcGateway({ env: { ...mutual, ...env }, channel });
    return gateway;
  }
  const granted = ({ command }: GrpcGateway, metadata = new Metadata()): Promise<Ended<unknown>> =>
    ended((done) => command.GrantGame(GRANT, metadata, { deadline: Date.now() + 5000 }, done));

  it.each(ROLES.filter((role) => role !== 'service' && role !== 'admin'))(
    'a token of role %s grants nothing',
    async (role) => {
      const target = await started({}, null);
      const { error } = await granted(target, await target.as([role]));
      expect([error?.code, target.calls.length]).toEqual([Status.PERMISSION_DENIED, 0]);
    },
  );

  it('a certificate that has ended is no certificate, though the authority signed it', async () => {
    const target = await started({}, expired());
    const { error } = await granted(target);
    expect([error?.code, target.calls.length]).toEqual([Status.UNAUTHENTICATED, 0]);
  }, 60_000);

  it('where certificates are required, one that has ended does not even connect', async () => {
    const target = await started({ GRPC_TLS_CLIENTS: 'required' }, expired());
    expect((await granted(target, await target.as(['service']))).error?.code).toBe(Status.UNAVAILABLE);
  }, 60_000);

  describe('where services are listed by name', () => {
    const listed = { GRPC_TLS_CLIENT_NAMES: `payments,downloads.platform.example,${SPIFFE}` };

    it.each([
      ['its common name', 'payments', []],
      ['a DNS name', 'somebody', ['DNS:downloads.platform.example']],
      ['a URI', 'workload', [`URI:${SPIFFE}`]],
    ])('a certificate is taken by %s', async (_by, name, names) => {
      const target = await started(listed, authority.issue(name, names));
      expect((await granted(target)).error).toBeNull();
    });

    it.each([
      ['another common name', 'chat', []],
      ['a name that begins like one of them', 'payments2', []],
      ['a name in other letters', 'PAYMENTS', []],
      ['a domain below one of them', 'a', ['DNS:evil.downloads.platform.example']],
      ['a URI that goes on', 'b', [`URI:${SPIFFE}/evil`]],
      ['a listed name as an e-mail address', 'c', ['email:payments@platform.example']],
      ['a list of names in one name', 'd', [`URI:urn:x%2C%20DNS:payments`]],
    ])('a certificate of the same authority with %s is refused', async (_what, name, names) => {
      const target = await started(listed, authority.issue(`${name}`, names));
      const { error, details } = await granted(target);
      expect([error?.code, details.reason, target.calls.length]).toEqual([Status.PERMISSION_DENIED, 'FORBIDDEN', 0]);
    });

    it('a token still speaks for its own roles, whatever certificate came along', async () => {
      const target = await started(listed, authority.issue('chat'));
      expect((await granted(target, await target.as(['service']))).error).toBeNull();
      expect((await granted(target, await target.as(['user']))).error?.code).toBe(Status.PERMISSION_DENIED);
    });
  });

  it('one that calls too often is told when to come back', async () => {
    const env = { LIMITS_SERVICE_PER_SECOND: '1', LIMITS_SERVICE_BURST: '10' };
    const target = await started(env, authority.issue('payments'));
    for (let count = 0; count < 10; count += 1) expect((await granted(target)).error).toBeNull();
    const { error, details } = await granted(target);
    expect([error?.code, details.reason]).toEqual([Status.RESOURCE_EXHAUSTED, 'RATE_LIMITED']);
    expect(details.retryAfterMs).toBeGreaterThan(0);
    expect((await granted(target, await target.as(['service']))).error).toBeNull();
  });

  it('one that guesses tokens is not listened to any more', async () => {
    const env = {
      LIMITS_TRUSTED_PROXIES: '127.0.0.1,::1',
      LIMITS_FAILURES_PER_SECOND: '1',
      LIMITS_FAILURES_BURST: '10',
    };
    const target = await started(env, null);
    const guess = async (token: string) => {
      const metadata = new Metadata();
      metadata.set('authorization', `Bearer ${token}`);
      metadata.set('x-forwarded-for', '203.0.113.7');
      return (await granted(target, metadata)).error?.code;
    };
    for (let count = 0; count < 10; count += 1) expect(await guess(`a.${count}.c`)).toBe(Status.UNAUTHENTICATED);
    expect(await guess('a.b.c')).toBe(Status.RESOURCE_EXHAUSTED);
  });

  /** Signed by the authority for two days of the year 2020. */
  function expired(): Issued {
    const openssl = (...args: readonly string[]) => execFileSync('openssl', [...args], { cwd: folder, stdio: 'pipe' });
    writeFileSync(path.join(folder, 'index.txt'), '');
    writeFileSync(path.join(folder, 'serial'), '01');
    writeFileSync(
      path.join(folder, 'ca.conf'),
      '[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n',
    );
    openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=payments', '-keyout', 'old.key', '-out', 'old.csr');
    openssl(
      ...['ca', '-batch', '-config', 'ca.conf', '-cert', 'ca.crt', '-keyfile', 'ca.key', '-in', 'old.csr'],
      ...['-out', 'old.crt', '-startdate', '20200101000000Z', '-enddate', '20200103000000Z', '-notext'],
    );
    const [certFile, keyFile] = [path.join(folder, 'old.crt'), path.join(folder, 'old.key')];
    return { certFile, keyFile, cert: readFileSync(certFile), key: readFileSync(keyFile) };
  }
});
