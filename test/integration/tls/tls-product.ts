import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { Agent, request } from 'undici';
import { startTlsServers, type TlsServers } from './tls-servers.ts';
import type { Role } from '../../../lib/contract/endpoint.ts';
import { BASE_PATH } from '../../../lib/contract/endpoints.ts';
import { NodeProcess } from '../../../scripts/cluster/node-process.ts';
import { freePort } from '../../../scripts/servers/machine.ts';

const AUDIENCE = 'library-service';

/** The product as two processes, with an issuer of tokens, on servers that speak TLS and nothing else. */
export interface TlsProduct extends TlsServers {
  readonly gateway: NodeProcess;
  readonly worker: NodeProcess;
  /** Where the worker tells its health and metrics. */
  readonly metricsUrl: string;
  /** A client that knows the authority. */
  readonly agent: Agent;
  send(
    as: { readonly userId: string; readonly roles: readonly Role[] },
    method: 'GET' | 'POST',
    target: string,
    body?: object,
  ): Promise<unknown>;
}

export async function startTlsProduct(): Promise<TlsProduct> {
  const all = await startTlsServers();
  const { authority, tls, folder } = all;
  const issuer = await startIssuer(all);
  const { certFile, keyFile } = authority.issue('listener');
  const metricsPort = await freePort();
  const env = {
    ...all.env,
    TLS_REQUIRED: 'on',
    AUTH_MODE: 'jwks',
    JWT_JWKS_URL: issuer.url,
    JWT_JWKS_CA_FILE: tls.caFile,
    JWT_ISSUER: issuer.url,
    JWT_AUDIENCE: AUDIENCE,
    HTTP_HOST: '127.0.0.1',
    HTTP_DRAIN_GRACE_MS: '0',
    SHARDS: '16',
    DEMO_DATA: 'always',
    LOG_LEVEL: 'warn',
    FLUSH_INTERVAL_SECONDS: '1',
    LIBRARY_HTTP_PORT: '0',
    LIBRARY_GRPC_PORT: '0',
  };
  const listens = (prefix: string) => ({ [`${prefix}TLS_CERT_FILE`]: certFile, [`${prefix}TLS_KEY_FILE`]: keyFile });
  const mutual = { GRPC_TLS_CLIENT_CA_FILE: tls.caFile, GRPC_TLS_CLIENTS: 'required' };
  const logFile = path.join(folder, 'log');
  const worker = new NodeProcess({
    id: 'worker',
    role: 'domain',
    logFile,
    env: {
      ...env,
      NODE_ID: 'worker',
      NODE_ROLES: 'engine,domain,bridge',
      METRICS_PORT: String(metricsPort),
      ...listens('METRICS_'),
    },
  });
  const gateway = new NodeProcess({
    id: 'gateway',
    role: 'gateway',
    logFile,
    env: { ...env, NODE_ID: 'gateway', NODE_ROLES: 'gateway', ...listens(''), ...listens('GRPC_'), ...mutual },
  });
  await worker.start();
  await gateway.start();
  const agent = new Agent({ connect: { ca: authority.ca } });
  return {
    ...all,
    gateway,
    worker,
    agent,
    metricsUrl: `https://127.0.0.1:${metricsPort}`,
    async send({ userId, roles }, method, target, body) {
      const token = await issuer.sign(userId, roles);
      const answer = await request(gateway.url + BASE_PATH + target, {
        method,
        dispatcher: agent,
        body: body === undefined ? null : JSON.stringify(body),
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      });
      const text = await answer.body.text();
      if (answer.statusCode >= 300) throw new Error(`${method} ${target}: ${answer.statusCode} ${text}`);
      return text === '' ? null : (JSON.parse(text) as unknown);
    },
    async stop() {
      await gateway.stop();
      await worker.stop();
      await agent.close();
      issuer.server.closeAllConnections();
      await new Promise((resolve) => issuer.server.close(resolve));
      await all.stop();
    },
  };
}

interface Issuer {
  readonly server: Server;
  readonly url: string;
  sign(userId: string, roles: readonly Role[]): Promise<string>;
}

async function startIssuer({ authority }: TlsServers): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }] });
  const { cert, key } = authority.issue('issuer');
  const server = createServer({ cert, key }, (_req, res) => res.end(keys));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
  return {
    server,
    url,
    sign: (userId, roles) =>
      new SignJWT({ roles })
        .setProtectedHeader({ alg: 'ES256', kid: 'one' })
        .setSubject(userId)
        .setIssuer(url)
        .setAudience(AUDIENCE)
        .setExpirationTime('1h')
        .sign(privateKey),
  };
}
