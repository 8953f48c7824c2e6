/**
 * Which formats each engine node reads: announced in the metadata of its service `engine`, by Moleculer's own registry.
 * So nobody has to be told of an upgrade: a sender packs what the receiver reads, and an engine writes checkpoints that
 * every engine of the placement reads.
 */
import type { ServiceBroker } from 'moleculer';
import { WIRE } from './engine-wire.ts';
import { listServices } from './service-nodes.ts';
import { SNAPSHOTS } from '../actors/snapshot.ts';
import type { VersionRange } from '../actors/versions.ts';

/** What one release reads. */
export interface Formats {
  /** Of the batches between regions and engines. */
  readonly wire: VersionRange;
  /** Of checkpoints. */
  readonly snapshots: VersionRange;
}

/** What this release reads. */
export const FORMATS: Formats = { wire: WIRE, snapshots: SNAPSHOTS };

/** What an engine reads that announces nothing: the releases before announcements all spoke these. */
const UNANNOUNCED: Formats = { wire: { oldest: 2, newest: 2 }, snapshots: { oldest: 1, newest: 2 } };

/** By the registry as it is at each moment; looked up afresh only when something changed in it. */
export function engineFormats(broker: ServiceBroker): (nodeID: string) => Formats {
  let known: ReadonlyMap<string, Formats> | null = null;
  const forget = (): void => void (known = null);
  broker.localBus.on('$services.changed', forget);
  broker.localBus.on('$node.disconnected', forget);
  return (nodeID) => (known ??= announced(broker)).get(nodeID) ?? UNANNOUNCED;
}

function announced(broker: ServiceBroker): ReadonlyMap<string, Formats> {
  const engines = listServices(broker, 'engine');
  return new Map(engines.map(({ nodeID, metadata }) => [nodeID, formatsIn(metadata)]));
}

/** Written by another release, perhaps: what is not there, or not what it should be, was not announced. */
function formatsIn(metadata: Readonly<Record<string, unknown>>): Formats {
  const { wire, snapshots } = metadata;
  return {
    wire: isRange(wire) ? wire : UNANNOUNCED.wire,
    snapshots: isRange(snapshots) ? snapshots : UNANNOUNCED.snapshots,
  };
}

function isRange(value: unknown): value is VersionRange {
  const { oldest, newest } = (value ?? {}) as { readonly oldest?: unknown; readonly newest?: unknown };
  return Number.isInteger(oldest) && Number.isInteger(newest);
}
