import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { credentials, Metadata, status as Status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { serviceId } from '../../../lib/grpc/caller.ts';
import { GAME, ME, OTHER } from './gateway.ts';
import { ended, startGrpcGateway, type GrpcGateway } from './grpc-gateway.ts';

const GRANT = { user_id: OTHER, game_id: GAME, source: 'ACQUISITION_SOURCE_GIFT' } as const;

describe('callers with a client certificate', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'library-grpc-'));
  let gateway: GrpcGateway | null = null;
  beforeAll(() => {
    authority('ca');
    authority('other-ca');
    certificate('server', '/CN=localhost', 'ca');
    certificate('payments', '/O=Platform/CN=payments', 'ca');
    certificate('named', `/CN=${ME.toUpperCase()}`, 'ca');
    certificate('nameless', '/O=Platform', 'ca');
    certificate('stranger', '/CN=payments', 'other-ca');
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true }));
  afterEach(async () => {
    await gateway?.stop();
    gateway = null;
  });

  const file = (name: string) => path.join(folder, name);
  const openssl = (...args: readonly string[]) =>
    execFileSync('openssl', [...args], { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder });
  const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  function authority(name: string): void {
    openssl(
      'req',
      '-x509',
      ...KEY,
      '-days',
      '1',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.crt`,
    );
  }
  function certificate(name: string, subject: string, ca: string): void {
    const names = ['-addext', 'subjectAltName=DNS:localhost'];
    openssl(
      'req',
      '-x509',
      ...KEY,
      '-days',
      '1',
      '-subj',
      subject,
      ...names,
      '-CA',
      `${ca}.crt`,
      '-CAkey',
      `${ca}.key`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.crt`,
    );
  }
  const TLS = { GRPC_TLS_CERT_FILE: file('server.crt'), GRPC_TLS_KEY_FILE: file('server.key') };
  const MUTUAL = { ...TLS, GRPC_TLS_CLIENT_CA_FILE: file('ca.crt') };

  /** @param client whose certificate is shown; null: none */
  async function start(env: Readonly<Record<string, string>>, client: string | null): Promise<GrpcGateway> {
    const read = (name: string) => readFileSync(file(name));
    const channel =
      client === null
        ? credentials.createSsl(read('ca.crt'))
        : credentials.createSsl(read('ca.crt'), read(`${client}.key`), read(`${client}.crt`));
    gateway = await startGrpcGateway({ env, channel });
    return gateway;
  }
  const grant = ({ command }: GrpcGateway, metadata = new Metadata()) =>
    ended((done) => command.GrantGame(GRANT, metadata, { deadline: Date.now() + 3000 }, done));

  it('are services of the platform, known by the common name', async () => {
    const started = await start(MUTUAL, 'payments');
    expect((await grant(started)).error).toBeNull();
    expect(started.calls.at(-1)?.params['caller']).toEqual({ userId: serviceId('payments'), roles: ['service'] });
    expect(serviceId('payments')).not.toBe(serviceId('payments2'));
  });

  it('are known by the common name itself when it is a UUID', async () => {
    const started = await start(MUTUAL, 'named');
    await grant(started);
    expect(started.calls.at(-1)?.params['caller']).toEqual({ userId: ME, roles: ['service'] });
  });

  it('are whom their token speaks for when they show one, too', async () => {
    const started = await start(MUTUAL, 'payments');
    const { error } = await grant(started, await started.as(['support']));
    expect(error?.code).toBe(Status.PERMISSION_DENIED);
  });

  it('are nobody without a common name, or when another authority signed it', async () => {
    expect((await grant(await start(MUTUAL, 'nameless'))).error?.code).toBe(Status.UNAUTHENTICATED);
    await gateway?.stop();
    expect((await grant(await start(MUTUAL, 'stranger'))).error?.code).toBe(Status.UNAUTHENTICATED);
  });

  it('may come without one and show a token, unless certificates are required', async () => {
    const open = await start(MUTUAL, null);
    expect((await grant(open)).error?.code).toBe(Status.UNAUTHENTICATED);
    expect((await grant(open, await open.as(['service']))).error).toBeNull();
    await open.stop();
    const closed = await start({ ...MUTUAL, GRPC_TLS_CLIENTS: 'required' }, null);
    expect((await grant(closed, await closed.as(['service']))).error?.code).toBe(Status.UNAVAILABLE);
  });

  it('are nobody where no authority is configured', async () => {
    expect((await grant(await start(TLS, 'payments'))).error?.code).toBe(Status.UNAUTHENTICATED);
  });

  it('stop the start when a file cannot be used', async () => {
    await expect(startGrpcGateway({ env: { ...TLS, GRPC_TLS_KEY_FILE: file('payments.key') } })).rejects.toThrow();
    await expect(startGrpcGateway({ env: { ...TLS, GRPC_TLS_KEY_FILE: file('none') } })).rejects.toThrow(/ENOENT/);
  });
});
