import type { AuthContext } from '@grpc/grpc-js/build/src/auth-context.js';
import type { Metadata } from '@grpc/grpc-js';
import { v5 as uuidv5 } from 'uuid';
import { certificateNames } from './certificate-names.ts';
import type { Config } from '../config/config.ts';
import type { Caller } from '../contract/endpoint.ts';
import { LibraryError } from '../errors.ts';
import { authenticate, type Authentication } from '../limits/authenticate.ts';
import { keyToUuid, uuidToKey } from '../uuid.ts';

/** Of the ids that callers get whose certificate names no UUID. */
const SERVICES = '8c1d6f0e-6a53-4d0c-9a41-1c54a6a7b9d2';
/** What a call shows of its caller. */
export interface Shown {
  readonly metadata: Metadata;
  getAuthContext(): AuthContext;
  getPeer(): string;
}

export interface CallerRules extends Authentication {
  readonly config: Pick<Config['grpc'], 'tlsClientNames'>;
}

/**
 * Tells who calls: whom the token in the metadata `authorization` speaks for, or else the service that the client
 * certificate was made out to. The connection was checked before: a certificate is only seen here when the configured
 * authority signed it; of those, where names are configured, only the ones that have such a name are services.
 *
 * The returned function throws LibraryError UNAUTHENTICATED, FORBIDDEN, RATE_LIMITED, or UNAVAILABLE when the issuer's keys
 * cannot be fetched.
 */
export function callers(rules: CallerRules): (call: Shown) => Promise<Caller> {
  const { tlsClientNames } = rules.config;
  const services = tlsClientNames === null ? null : new Set(tlsClientNames.split(','));

  return async (call) => {
    const [authorization] = call.metadata.get('authorization');
    if (typeof authorization === 'string') {
      const verified = await authenticate(rules, authorization, networkOf(rules, call));
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
    if (services !== null && !certificateNames(certificate).some((known) => services.has(known))) {
      throw new LibraryError('FORBIDDEN', 'The client certificate is none of a service that may call');
    }
    return { userId: serviceId(name), roles: ['service'] };
  };
}

function networkOf({ limits }: CallerRules, call: Shown): string | null {
  const [forwardedFor] = call.metadata.get('x-forwarded-for');
  // grpc-js 1.14 puts a colon and the port behind whatever the address is.
  const peer = call.getPeer();
  const remote = peer.slice(0, peer.lastIndexOf(':'));
  return limits.networkOf(remote, typeof forwardedFor === 'string' ? forwardedFor : undefined);
}

/** The caller's id in audit logs: the certificate's common name when it is a UUID, and a UUID made of it otherwise. */
export function serviceId(commonName: string): string {
  const key = uuidToKey(commonName);
  return key === null ? uuidv5(commonName, SERVICES) : keyToUuid(key);
}
