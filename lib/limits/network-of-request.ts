import type { IncomingMessage } from 'node:http';
import type { Limits } from './limits.ts';

/** Where a request comes from, as it is counted. Node joins the values of repeated headers by commas, in their order. */
export function networkOfRequest(
  limits: Pick<Limits, 'networkOf'>,
  { socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>,
): string | null {
  const forwardedFor = headers['x-forwarded-for'] as string | undefined;
  return limits.networkOf(socket.remoteAddress, forwardedFor);
}
