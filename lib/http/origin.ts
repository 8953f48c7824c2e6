import type { IncomingMessage } from 'node:http';
import type { Config } from '../config/config.ts';

const HOST = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

/**
 * Scheme and authority by which the sender of a request reaches this service: as configured, else as the request names
 * its host. Only the sender's own answer is made of what it says.
 */
export function originOf(
  { publicUrl, tlsCertFile }: Pick<Config['http'], 'publicUrl' | 'tlsCertFile'>,
  req: Pick<IncomingMessage, 'headers' | 'socket'>,
): string {
  if (publicUrl !== null) return publicUrl;
  const scheme = tlsCertFile === null ? 'http' : 'https';
  const { host } = req.headers;
  return `${scheme}://${host !== undefined && HOST.test(host) ? host : `localhost:${req.socket.localPort}`}`;
}
