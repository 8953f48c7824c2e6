import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Config } from '../config/config.ts';
import { LibraryError } from '../errors.ts';
import { originOf } from './origin.ts';

/** What browsers say of where a request comes from (Fetch Metadata): our own page, or a person. */
const OWN: ReadonlySet<string> = new Set(['same-origin', 'none']);

/**
 * Refuses what the page of another site sends through a browser; anything but a browser names no origin and passes. Only
 * hosts are compared: behind a proxy that ends TLS, the page's scheme is not ours.
 *
 * Without `PUBLIC_URL` a host is whatever the request names, and a name that its owner points at this machine (DNS
 * rebinding) would be our own: then pages must have come from an address, or a name that nobody can own.
 *
 * @throws LibraryError FORBIDDEN
 */
export function requireSameOrigin(
  http: Pick<Config['http'], 'publicUrl' | 'tlsCertFile'>,
  req: Pick<IncomingMessage, 'headers' | 'socket'>,
): void {
  const { origin, 'sec-fetch-site': site } = req.headers;
  const foreign = (site !== undefined && !OWN.has(String(site))) || (origin !== undefined && !isOwn(http, req, origin));
  if (!foreign) return;
  throw new LibraryError('FORBIDDEN', 'This is for the pages of this service only; PUBLIC_URL says where they are');
}

function isOwn(http: Parameters<typeof originOf>[0], req: Parameters<typeof originOf>[1], origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { host, hostname } = new URL(origin);
  return host === new URL(originOf(http, req)).host && (http.publicUrl !== null || !canBeOwned(hostname));
}

/** Names without a dot, and those below `localhost` (RFC 6761), are never delegated to anybody. */
function canBeOwned(hostname: string): boolean {
  const isAddress = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
  return !isAddress && hostname.replace(/\.$/, '').includes('.') && !/\.localhost\.?$/.test(hostname);
}
