import { connect } from 'nats';
import { findBinary, freePort, freshFolder } from './machine.ts';
import { PrivateProcess } from './private-process.ts';
import { environmentServer, type PrivateServer, type Server } from './server.ts';
import type { ServerTls } from './server-tls.ts';

/** The NATS of the environment (`NATS_URL`), else a private one, else null when the machine has none. */
export async function obtainNats(): Promise<Server | null> {
  const address = process.env['NATS_URL'];
  return address ? environmentServer('NATS', address, natsVersion) : startNats();
}

/** A private NATS, in plain text or TLS; null when the machine has no nats-server. */
export async function startNats(tls: ServerTls | null = null): Promise<PrivateServer | null> {
  const command = findBinary('nats-server');
  if (command === null) return null;
  const port = await freePort();
  const address = tls === null ? `nats://127.0.0.1:${port}` : `tls://localhost:${port}`;
  const server = new PrivateProcess({
    command,
    args: ['--addr', '127.0.0.1', '--port', String(port), ...(tls === null ? [] : tlsFlags(tls))],
    folder: freshFolder('nats', null),
    account: null,
    stopSignal: 'SIGTERM',
    ready: () => natsVersion(address, tls),
  });
  await server.start();
  const version = await natsVersion(address, tls);
  return { name: 'NATS', address, version, kind: 'private', process: server, stop: () => server.discard() };
}

function tlsFlags({ caFile, certFile, keyFile }: ServerTls): readonly string[] {
  return ['--tls', '--tlsverify', '--tlscacert', caFile, '--tlscert', certFile, '--tlskey', keyFile];
}

/** The version of a NATS that serves. Rejects when it does not answer. */
export async function natsVersion(address: string, tls: ServerTls | null = null): Promise<string> {
  const files = tls === null ? {} : { tls: { caFile: tls.caFile, ...tls.client } };
  const connection = await connect({ servers: address, reconnect: false, timeout: 2000, ...files });
  try {
    await connection.flush();
    return connection.info?.version ?? 'unknown';
  } finally {
    await connection.close();
  }
}
