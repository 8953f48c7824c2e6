import type { Limits } from './limits.ts';
import type { Verified, Verifier } from '../auth/verifier.ts';

export interface Authentication {
  readonly verifier: Verifier;
  readonly limits: Limits;
}

/**
 * Whom an `Authorization` header speaks for. A header that was met before costs a look; any other a signature, of which an
 * address may get only so many wrong.
 *
 * @param network where it comes from, as {@link Limits.networkOf} says
 * @throws LibraryError UNAUTHENTICATED, RATE_LIMITED, or UNAVAILABLE when the issuer's keys cannot be fetched
 */
export async function authenticate(
  { verifier, limits }: Authentication,
  authorization: string | undefined,
  network: string | null,
): Promise<Verified> {
  const known = verifier.cached(authorization);
  if (known !== null) return known;
  // No token at all costs nothing to refuse.
  if (authorization === undefined) return verifier.verify(authorization);
  return limits.verifying(network, () => verifier.verify(authorization));
}
