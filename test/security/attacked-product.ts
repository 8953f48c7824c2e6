import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';
import type { Role } from '../../lib/contract/endpoint.ts';
import { embeddedProduct, type EmbeddedProduct } from '../e2e/embedded-product.ts';

export const ISSUER = 'https://accounts.example';
export const AUDIENCE = 'library-service';
export const ATTACKER = '0198f2b4-0a00-7000-8000-00000000bad0';
export const VICTIM = '0198f2b4-0a00-7000-8000-00000000900d';
export const START_MS = 120_000;
const KEY_ID = 'key-1';

/** The issuer of tokens, whose keys the product under attack fetches. */
export interface Issuer {
  readonly url: string;
  readonly publicKey: CryptoKey;
  readonly publicJwk: JWK;
  /** Paths that were asked for. */
  readonly asked: string[];
  sign(claims: JWTPayload, header?: Readonly<Record<string, unknown>>): Promise<string>;
  close(): void;
}

export async function startIssuer(): Promise<Issuer> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const publicJwk = { ...(await exportJWK(publicKey)), kid: KEY_ID, alg: 'RS256', use: 'sig' };
  const asked: string[] = [];
  const server: Server = createServer((req, res) => {
    asked.push(req.url ?? '');
    res.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [publicJwk] }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    publicKey,
    publicJwk,
    asked,
    sign: (claims, header = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: KEY_ID, ...header }).sign(privateKey),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Attack {
  readonly method?: string;
  readonly token?: string | null;
  readonly json?: unknown;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The product as it runs in production, but for its embedded stores: public keys, and limits that can be met in a test. */
export interface AttackedProduct {
  readonly product: EmbeddedProduct;
  readonly issuer: Issuer;
  readonly url: string;
  /** Of role user, valid for an hour, unless said otherwise. */
  tokenOf(userId: string, roles?: readonly Role[], change?: JWTPayload): Promise<string>;
  /** `path` is below the API's base. */
  send(path: string, attack?: Attack): Promise<Answer>;
  raw(path: string, attack?: Attack): Promise<Answer>;
  remove(): Promise<void>;
}

export async function attackedProduct(env: Readonly<Record<string, string>> = {}): Promise<AttackedProduct> {
  const issuer = await startIssuer();
  const product = embeddedProduct({
    NODE_ENV: 'production',
    JWT_JWKS_URL: `${issuer.url}/keys`,
    JWT_ISSUER: ISSUER,
    JWT_AUDIENCE: AUDIENCE,
    HTTP_HEADERS_TIMEOUT_MS: '1000',
    HTTP_REQUEST_TIMEOUT_MS: '1500',
    DEMO_DATA: 'always',
    ...env,
  });
  await product.node.start();
  const known = new Map<string, Promise<string>>();
  const attacked: AttackedProduct = {
    product,
    issuer,
    url: product.node.url,
    tokenOf(userId, roles = ['user'], change = {}) {
      const name = JSON.stringify([userId, roles, change]);
      const token = known.get(name) ?? issuer.sign({ ...claimsOf(userId, roles), ...change });
      known.set(name, token);
      return token;
    },
    send: (path, attack) => attacked.raw(`/api/v1/library${path}`, attack),
    async raw(path, { method, token, json, body, headers = {} } = {}) {
      const text = json === undefined ? body : JSON.stringify(json);
      const bearer = token === undefined ? await attacked.tokenOf(ATTACKER) : token;
      const response = await fetch(attacked.url + path, {
        method: method ?? (text === undefined ? 'GET' : 'POST'),
        headers: {
          ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
          ...(text === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(text === undefined ? {} : { body: text }),
      });
      return answerOf(response.status, response.headers, await textOf(response));
    },
    async remove() {
      await product.remove();
      issuer.close();
    },
  };
  return attacked;
}

/** Of a stream of events its beginning: it has no end. */
async function textOf(response: Response): Promise<string> {
  if (response.headers.get('content-type') !== 'text/event-stream') return response.text();
  const reader = response.body?.getReader();
  const beginning = await reader?.read();
  await reader?.cancel();
  return Buffer.from(beginning?.value ?? []).toString();
}

export function claimsOf(userId: string, roles: readonly Role[] = ['user']): JWTPayload {
  const now = Math.floor(Date.now() / 1000);
  return { sub: userId, roles: [...roles], iss: ISSUER, aud: AUDIENCE, iat: now, exp: now + 3600 };
}

function answerOf(status: number, headers: Headers, text: string): Answer {
  const isJson = /^application\/(problem\+)?json/.test(headers.get('content-type') ?? '');
  const body = isJson && text !== '' ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { status, headers, text, body };
}

/** What no answer may ever show: stacks, statements, files and addresses of the inside. */
export const LEAKS =
  /\bat \w[\w.<>]* \(|\.ts:\d+|\.js:\d+|node_modules|\/(?:work|tmp|home|app)\/|\bselect .* from\b|\binsert into\b|syntax error at|relation "|violates \w+ constraint|ECONN|postgres(?:ql)?:\/\/|redis:\/\/|moleculer/i;
