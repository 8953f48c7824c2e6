import type { ServiceBroker } from 'moleculer';
import { packBatch, unpackAnswers, type PackedAnswers, type PackedBatch } from './engine-wire.ts';
import type { Transport } from '../actors/envelope.ts';

/** Carries the region's batches over Moleculer, each to the node it names and to no other. */
export function engineTransport(broker: ServiceBroker): Transport {
  return {
    async deliver(nodeID, envelopes, suspects, timeoutMs) {
      const answers = await broker.call<PackedAnswers, PackedBatch>('engine.deliver', packBatch(envelopes, suspects), {
        nodeID,
        timeout: Math.max(1, timeoutMs),
      });
      return unpackAnswers(answers);
    },
  };
}
