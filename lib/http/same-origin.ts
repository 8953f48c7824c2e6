import type { IncomingMessage } from 'node:http';
import type { Config } from '../config/config.ts';
import { LibraryError } from '../errors.ts';
import { originOf } from './origin.ts';

/** What browsers say of where a request comes from (Fetch Metadata): our own page, or a person. */
const OWN: ReadonlySet<string> = new Set(['same-origin', 'none']);

/**
 * Refuses what the page of another site sends through a browser; anything but a browser names no origin and passes. Only
 * hosts are compared: behind a proxy that ends TLS, the page's scheme is not ours.
 *
 * @throws LibraryError FORBIDDEN
 */
export function requireSameOrigin(
  http: Pick<Config['http'], 'publicUrl' | 'tlsCertFile'>,
  req: Pick<IncomingMessage, 'headers' | 'socket'>,
): void {
  const { origin, 'sec-fetch-site': site } = req.headers;
  const own = hostOf(originOf(http, req));
  const foreign = (site !== undefined && !OWN.has(String(site))) || (origin !== undefined && hostOf(origin) !== own);
  if (foreign) throw new LibraryError('FORBIDDEN', 'This is for the pages of this service only');
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
