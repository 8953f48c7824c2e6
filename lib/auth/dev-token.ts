import { SignJWT } from 'jose';
import type { Config } from '../config/config.ts';
import type { Role } from '../contract/endpoint.ts';

export interface TokenRequest {
  readonly userId: string;
  readonly roles: readonly Role[];
  readonly ttlSeconds: number;
}

/**
 * Signs a token with the shared development key.
 *
 * @param now ms since the Unix epoch.
 * @throws Error unless `AUTH_MODE` is dev: only the issuer can sign where public keys are configured.
 */
export async function signDevToken(auth: Config['auth'], request: TokenRequest, now: number): Promise<string> {
  if (auth.devKey === null) throw new Error('tokens can only be signed here with AUTH_MODE=dev');
  const issuedAt = Math.floor(now / 1000);
  return new SignJWT({ roles: request.roles })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(request.userId)
    .setIssuer(auth.issuer)
    .setAudience(auth.audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + request.ttlSeconds)
    .sign(new TextEncoder().encode(auth.devKey));
}
