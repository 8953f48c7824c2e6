import { createRemoteJWKSet, customFetch, errors, jwtVerify } from 'jose';
import type { FetchImplementation, JWTPayload, JWTVerifyOptions } from 'jose';
import { LRUCache } from 'lru-cache';
import { Agent, fetch } from 'undici';
import type { Config } from '../config/config.ts';
import { ROLES, type Caller, type Role } from '../contract/endpoint.ts';
import { LibraryError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import { MIN_VERSION } from '../tls/min-version.ts';
import { keyToUuid, uuidToKey } from '../uuid.ts';
import type { UuidKey } from '../uuid.ts';

/** Who a verified token speaks for. */
export interface Verified {
  readonly caller: Caller;
  readonly userKey: UuidKey;
  /** Ms since the Unix epoch; the token, or our trust in its key, ends here. */
  readonly validUntil: number;
  /** Ms since the Unix epoch; the token itself ends here. */
  readonly expiresAt: number;
}

export interface Verifier {
  /** The verified token of this `Authorization` header, if it was met before and still holds. Never waits. */
  cached(authorization: string | undefined): Verified | null;
  /**
   * Verifies the `Authorization` header.
   *
   * @throws LibraryError UNAUTHENTICATED, or UNAVAILABLE when the issuer's keys cannot be fetched.
   */
  verify(authorization: string | undefined): Promise<Verified>;
}

const KNOWN_ROLES: ReadonlySet<string> = new Set(ROLES);
/** RFC 6750, section 2.1; the scheme's name is case-insensitive. */
const BEARER = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i;
const KEYS_RETRY_MS = 2000;

type Signature = (token: string) => Promise<JWTPayload>;

/**
 * Verifies JWTs (RFC 7519) by the configured mode. Verified tokens are remembered under their whole header: checking a
 * signature costs more than the rest of a heartbeat. An entry never outlives the token, nor the time after which the
 * issuer's keys are looked at again, so that a withdrawn key stops working within `auth.jwksMaxAgeSeconds`. Only the one
 * usual way to write a header is remembered: of the scheme's letters and the spaces after it there are more than fit in memory.
 *
 * @param ca by which the issuer's certificate is known; null: by the authorities of the system
 */
export function createVerifier(auth: Config['auth'], clock: Clock, ca: Buffer | null = null): Verifier {
  const check = auth.mode === 'dev' ? sharedKey(auth, clock) : publicKeys(auth, clock, ca);
  const known = auth.cacheSize > 0 ? new LRUCache<string, Verified>({ max: auth.cacheSize }) : null;

  return {
    cached(authorization) {
      if (authorization === undefined || known === null) return null;
      const verified = known.get(authorization);
      if (verified === undefined) return null;
      if (verified.validUntil > clock.now()) return verified;
      known.delete(authorization);
      return null;
    },

    async verify(authorization) {
      if (authorization === undefined) throw unauthenticated('There is no Authorization header');
      const token = BEARER.exec(authorization)?.[1];
      if (token === undefined) throw unauthenticated('The Authorization header is not a bearer token');
      const payload = await check(token);
      const verified = readClaims(payload, auth, clock.now());
      if (authorization === `Bearer ${token}`) known?.set(authorization, verified);
      return verified;
    },
  };
}

function sharedKey(auth: Config['auth'], clock: Clock): Signature {
  if (auth.devKey === null) throw new TypeError('mode dev needs a key');
  const key = new TextEncoder().encode(auth.devKey);
  return async (token) => {
    try {
      return (await jwtVerify(token, key, { ...claimChecks(auth, clock), algorithms: ['HS256'] })).payload;
    } catch (error) {
      throw refusal(error);
    }
  };
}

function publicKeys(auth: Config['auth'], clock: Clock, ca: Buffer | null): Signature {
  if (auth.jwksUrl === null) throw new TypeError('mode jwks needs a URL');
  const keys = createRemoteJWKSet(new URL(auth.jwksUrl), {
    cacheMaxAge: auth.jwksMaxAgeSeconds * 1000,
    [customFetch]: fetchKnowing(ca),
  });
  const algorithms = [...auth.algorithms];
  return async (token) => {
    try {
      return (await jwtVerify(token, keys, { ...claimChecks(auth, clock), algorithms })).payload;
    } catch (error) {
      throw refusal(error);
    }
  };
}

/** Node's own fetch takes no authorities. */
function fetchKnowing(ca: Buffer | null): FetchImplementation {
  const connect = { minVersion: MIN_VERSION, rejectUnauthorized: true, ...(ca === null ? {} : { ca }) } as const;
  const dispatcher = new Agent({ connect });
  return (url, { headers, ...options }) => fetch(url, { ...options, headers: [...headers], dispatcher });
}

function claimChecks(auth: Config['auth'], clock: Clock): JWTVerifyOptions {
  return {
    issuer: auth.issuer,
    audience: auth.audience,
    clockTolerance: auth.clockToleranceSeconds,
    currentDate: new Date(clock.now()),
    requiredClaims: ['exp', 'sub'],
  };
}

/** Roles this service does not know grant nothing here: other services of the platform have roles of their own. */
function readClaims(payload: JWTPayload, auth: Config['auth'], now: number): Verified {
  const userKey = typeof payload.sub === 'string' ? uuidToKey(payload.sub) : null;
  if (userKey === null) throw unauthenticated('The token does not name a user: `sub` must be a UUID');
  const claimed: unknown = payload['roles'];
  if (!Array.isArray(claimed) || !claimed.every((role) => typeof role === 'string')) {
    throw unauthenticated('The token has no list of `roles`');
  }
  const roles = claimed.filter((role): role is Role => KNOWN_ROLES.has(role));
  const expiresAt = ((payload.exp ?? 0) + auth.clockToleranceSeconds) * 1000;
  return {
    caller: { userId: keyToUuid(userKey), roles },
    userKey,
    validUntil: Math.min(expiresAt, now + auth.jwksMaxAgeSeconds * 1000),
    expiresAt,
  };
}

/** Says what is wrong with the token, never what is in it. Anything that is not the token's fault is an outage. */
function refusal(error: unknown): LibraryError {
  if (error instanceof errors.JWTExpired) return unauthenticated('The token has expired');
  if (error instanceof errors.JWTClaimValidationFailed)
    return unauthenticated(`The token's \`${error.claim}\` is refused`);
  if (error instanceof errors.JOSEAlgNotAllowed) return unauthenticated("The token's algorithm is refused");
  if (error instanceof errors.JWKSNoMatchingKey) return unauthenticated("The token's key is not known");
  if (error instanceof errors.JWKSMultipleMatchingKeys)
    return unauthenticated('The token does not say which key signed it');
  if (error instanceof errors.JWSSignatureVerificationFailed) return unauthenticated("The token's signature is wrong");
  if (
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JOSENotSupported
  ) {
    return unauthenticated('The token cannot be read');
  }
  return new LibraryError('UNAVAILABLE', 'The keys of the token issuer cannot be fetched', {
    retryAfterMs: KEYS_RETRY_MS,
  });
}

function unauthenticated(detail: string): LibraryError {
  return new LibraryError('UNAUTHENTICATED', detail);
}
