import type { IncomingMessage } from 'node:http';
import { SOCKET_PROTOCOL } from '../contract/frames.ts';
import { LibraryError } from '../errors.ts';
import type { NewsPosition } from '../ports/news.ts';
import { positionOf } from './position-id.ts';

/** Browsers cannot set headers: their token comes as a second subprotocol. It is never answered with. */
const BEARER_PROTOCOL = 'bearer.';

/**
 * What the handshake gives in the place of an `Authorization` header: the header itself, or the token among the offered
 * subprotocols.
 */
export function authorizationOf({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  if (headers.authorization !== undefined) return headers.authorization;
  const token = offeredProtocols(headers).find((protocol) => protocol.startsWith(BEARER_PROTOCOL));
  return token === undefined ? undefined : `Bearer ${token.slice(BEARER_PROTOCOL.length)}`;
}

/** The subprotocol to answer with; false: the client asked for none of ours. */
export function chooseProtocol(offered: ReadonlySet<string>): string | false {
  return offered.has(SOCKET_PROTOCOL) ? SOCKET_PROTOCOL : false;
}

/**
 * Web pages carry an Origin that they cannot forge; launchers have none, and may.
 *
 * @param allowed null: pages of this very host
 * @throws LibraryError FORBIDDEN
 */
export function mustComeFrom({ headers }: Pick<IncomingMessage, 'headers'>, allowed: ReadonlySet<string> | null): void {
  const { origin, host } = headers;
  if (origin === undefined) return;
  const isAllowed =
    allowed === null ? host !== undefined && hostOf(origin) === host.toLowerCase() : allowed.has(origin);
  if (!isAllowed) throw new LibraryError('FORBIDDEN', 'Pages of this origin may not connect');
}

/**
 * Where the launcher wants to go on, as the query says: `?last_id=…`; null: it does not.
 *
 * @throws LibraryError VALIDATION_ERROR
 */
export function lastIdOf(target: string): NewsPosition | null {
  const at = target.indexOf('?');
  const query = new URLSearchParams(at < 0 ? '' : target.slice(at + 1));
  for (const field of new Set(query.keys())) {
    if (field !== 'last_id') throw refusedQuery(field, 'is not known');
  }
  const [id, ...more] = query.getAll('last_id');
  if (id === undefined) return null;
  if (more.length > 0) throw refusedQuery('last_id', 'is given more than once');
  return positionOf(id) ?? refuse(refusedQuery('last_id', 'is no id of an event'));
}

function refuse(error: LibraryError): never {
  throw error;
}

function refusedQuery(field: string, message: string): LibraryError {
  return new LibraryError('VALIDATION_ERROR', `${field}: ${message}`, { errors: [{ field, message }] });
}

function offeredProtocols(headers: IncomingMessage['headers']): readonly string[] {
  return (headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim());
}

function hostOf(origin: string): string | null {
  return URL.parse(origin)?.host ?? null;
}
