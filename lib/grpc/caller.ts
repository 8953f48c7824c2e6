import type { AuthContext } from '@grpc/grpc-js/build/src/auth-context.js';
import type { Metadata } from '@grpc/grpc-js';
import { v5 as uuidv5 } from 'uuid';
import type { Verifier } from '../auth/verifier.ts';
import type { Caller } from '../contract/endpoint.ts';
import { LibraryError } from '../errors.ts';
import { keyToUuid, uuidToKey } from '../uuid.ts';

/** Of the ids that callers get whose certificate names no UUID. */
const SERVICES = '8c1d6f0e-6a53-4d0c-9a41-1c54a6a7b9d2';

/** What a call shows of its caller. */
export interface Shown {
  readonly metadata: Metadata;
  getAuthContext(): AuthContext;
}

/**
 * Who calls: whom the token in the metadata `authorization` speaks for, or else the service that the client certificate
 * was made out to. The connection was checked before: a certificate is only seen here when the configured authority
 * signed it.
 *
 * @throws LibraryError UNAUTHENTICATED, or UNAVAILABLE when the issuer's keys cannot be fetched
 */
export async function callerOf(verifier: Verifier, call: Shown): Promise<Caller> {
  const [authorization] = call.metadata.get('authorization');
  if (typeof authorization === 'string') {
    const verified = verifier.cached(authorization) ?? (await verifier.verify(authorization));
    return verified.caller;
  }
  const certificate = call.getAuthContext().sslPeerCertificate;
  if (certificate === undefined) {
    throw new LibraryError('UNAUTHENTICATED', 'There is neither a token in `authorization` nor a client certificate');
  }
  const name: unknown = certificate.subject.CN;
  if (typeof name !== 'string' || name === '') {
    throw new LibraryError('UNAUTHENTICATED', "The client certificate's subject has no common name");
  }
  return { userId: serviceId(name), roles: ['service'] };
}

/** The caller's id in audit logs: the certificate's common name when it is a UUID, and a UUID made of it otherwise. */
export function serviceId(commonName: string): string {
  const key = uuidToKey(commonName);
  return key === null ? uuidv5(commonName, SERVICES) : keyToUuid(key);
}
