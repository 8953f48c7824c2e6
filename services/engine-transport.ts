import type { ServiceBroker } from 'moleculer';
import { engineFormats } from './engine-formats.ts';
import { packBatch, unpackAnswers, type PackedAnswers, type PackedBatch, WIRE } from './engine-wire.ts';
import type { Transport } from '../actors/envelope.ts';
import { newestCommon } from '../actors/versions.ts';
import type { Clock } from '../lib/ports/clock.ts';

/** A dead node fails every batch; once a second is enough to say so. */
const TELL_MS = 1_000;

/** Carries the region's batches over Moleculer, each to the node it names and to no other. */
export function engineTransport(broker: ServiceBroker, clock: Clock): Transport {
  const formatsOf = engineFormats(broker);
  let toldAt = 0;
  /** The region tries again or answers 503 without a reason; the reason is for operators. */
  const tell = (nodeID: string, error: unknown): void => {
    if (clock.now() - toldAt < TELL_MS) return;
    toldAt = clock.now();
    broker.logger.warn({ msg: 'a batch was not delivered', engine: nodeID, error: String(error) });
  };
  return {
    async deliver(nodeID, envelopes, suspects, timeoutMs) {
      try {
        const { wire } = formatsOf(nodeID);
        const version = newestCommon([WIRE, wire]);
        if (version === null) {
          throw new Error(
            `the engine reads wire versions ${wire.oldest} to ${wire.newest}, this node speaks none of them`,
          );
        }
        const answers = await broker.call<PackedAnswers, PackedBatch>(
          'engine.deliver',
          packBatch(envelopes, suspects, version),
          { nodeID, timeout: Math.max(1, timeoutMs) },
        );
        return unpackAnswers(answers);
      } catch (error) {
        tell(nodeID, error);
        throw error;
      }
    },
  };
}
