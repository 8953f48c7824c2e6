import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { SESSION, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';
import { connect, refusal } from './launcher.ts';

let folder: string;
let gateway: Gateway;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'library-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...made, ...subject, '-keyout', key, '-out', cert], { stdio: 'pipe' });
  gateway = await startGateway({ env: { TLS_CERT_FILE: cert, TLS_KEY_FILE: key } });
  Object.assign(gateway, { url: gateway.url.replace('http:', 'https:') });
});
afterAll(async () => {
  await gateway.stop();
  rmSync(folder, { recursive: true });
});

it('the WebSocket is there under TLS, too: granted, refused, and closed when the gateway leaves', async () => {
  const options = { ca: readFileSync(join(folder, 'cert.pem')) };
  expect(await refusal(gateway, { token: null, options })).toMatchObject({ status: 401 });
  const launcher = await connect(gateway, { options });
  launcher.send({ type: 'heartbeat', ref: 1, session_id: SESSION, seq: 1 });
  const frames = [await launcher.next(), await launcher.next()];
  expect(frames).toContainEqual(expect.objectContaining({ type: 'reply', ref: 1, status: 200 }));
  await gateway.api.drain();
  expect((await launcher.closed).code).toBe(1012);
});
