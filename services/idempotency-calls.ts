import type { ServiceBroker } from 'moleculer';
import type { IdempotencyStore } from '../lib/http/idempotency.ts';

/** The store of Idempotency-Keys for gateways, which have no database of their own. */
export function idempotencyCalls(broker: ServiceBroker, timeoutMs: number): IdempotencyStore {
  const options = { timeout: timeoutMs };
  return {
    begin: ({ userId, key, fingerprint }) =>
      broker.call('idempotency.begin', { user_id: userId, key, fingerprint }, options),
    finish: ({ userId, key, fingerprint }, status, body) =>
      broker.call('idempotency.finish', { user_id: userId, key, fingerprint, status, body }, options),
    abandon: ({ userId, key, fingerprint }) =>
      broker.call('idempotency.abandon', { user_id: userId, key, fingerprint }, options),
  };
}
