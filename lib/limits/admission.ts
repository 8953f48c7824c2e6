import type { Limits } from './limits.ts';
import { networkOfRequest } from './network-of-request.ts';
import { OPERATIONS_PATHS } from '../http/operations.ts';
import type { Reply } from '../http/reply.ts';
import type { Exchange } from '../http/respond.ts';

/** Under this name refused requests are counted: what they wanted was not looked at. */
const OPERATION = 'limited';
const OPEN: ReadonlySet<string> = new Set(OPERATIONS_PATHS);

/**
 * Whether an address may have one more request; if not, the request has been answered. Health and metrics are never kept
 * from the platform around the service, least of all while somebody floods it.
 */
export function admission(limits: Limits, reply: Reply): (exchange: Exchange) => boolean {
  return (exchange) => {
    const { req } = exchange;
    if (OPEN.has(req.url ?? '')) return true;
    const refusal = limits.arrived(networkOfRequest(limits, req));
    if (refusal === null) return true;
    reply.failure(exchange, OPERATION, refusal);
    return false;
  };
}
