/** Which nodes run a service, by Moleculer's own registry. */
import type { ServiceBroker } from 'moleculer';

interface ListedService {
  readonly name: string;
  readonly nodeID: string;
}

/** The nodes that run the service as this node sees it now, sorted. */
export function nodesOf(broker: ServiceBroker, service: string): readonly string[] {
  const listed = broker.registry.getServiceList({ onlyAvailable: true }) as readonly ListedService[];
  return listed
    .filter(({ name }) => name === service)
    .map(({ nodeID }) => nodeID)
    .sort();
}

/** Calls `changed` now and whenever the nodes of the service change. Returns a function that ends it. */
export function watchService(
  broker: ServiceBroker,
  service: string,
  changed: (nodes: readonly string[]) => void,
): () => void {
  let known: string | null = null;
  const look = (): void => {
    const nodes = nodesOf(broker, service);
    if (nodes.join() === known) return;
    known = nodes.join();
    changed(nodes);
  };
  broker.localBus.on('$services.changed', look);
  broker.localBus.on('$node.disconnected', look);
  look();
  return () => {
    broker.localBus.off('$services.changed', look);
    broker.localBus.off('$node.disconnected', look);
  };
}
