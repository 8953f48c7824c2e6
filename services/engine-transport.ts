import type { ServiceBroker } from 'moleculer';
import type { DeliverParams } from './engine.service.ts';
import type { Answer, Transport } from '../actors/envelope.ts';

/** Carries the region's batches over Moleculer, each to the node it names and to no other. */
export function engineTransport(broker: ServiceBroker): Transport {
  return {
    deliver: (nodeID, envelopes, suspects, timeoutMs) =>
      broker.call<readonly Answer[], DeliverParams>(
        'engine.deliver',
        { envelopes, suspects },
        { nodeID, timeout: Math.max(1, timeoutMs) },
      ),
  };
}
