import { connect } from 'nats';
import { findBinary, freePort, freshFolder } from './machine.ts';
import { PrivateProcess } from './private-process.ts';
import { environmentServer, type PrivateServer, type Server } from './server.ts';

/** The NATS of the environment (`NATS_URL`), else a private one, else null when the machine has none. */
export async function obtainNats(): Promise<Server | null> {
  const address = process.env['NATS_URL'];
  return address ? environmentServer('NATS', address, natsVersion) : startNats();
}

/** A private NATS; null when the machine has no nats-server. */
export async function startNats(): Promise<PrivateServer | null> {
  const command = findBinary('nats-server');
  if (command === null) return null;
  const port = await freePort();
  const address = `nats://127.0.0.1:${port}`;
  const server = new PrivateProcess({
    command,
    args: ['--addr', '127.0.0.1', '--port', String(port)],
    folder: freshFolder('nats', null),
    account: null,
    stopSignal: 'SIGTERM',
    ready: () => natsVersion(address),
  });
  await server.start();
  const version = await natsVersion(address);
  return { name: 'NATS', address, version, kind: 'private', process: server, stop: () => server.discard() };
}

/** The version of a NATS that serves. Rejects when it does not answer. */
export async function natsVersion(address: string): Promise<string> {
  const connection = await connect({ servers: address, reconnect: false, timeout: 2000 });
  try {
    await connection.flush();
    return connection.info?.version ?? 'unknown';
  } finally {
    await connection.close();
  }
}
