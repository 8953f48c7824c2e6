/** Which nodes run a service, by Moleculer's own registry. */
import type { ServiceBroker } from 'moleculer';

interface ListedService {
  readonly name: string;
  readonly nodeID: string;
  /** What the node announces with the service. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The service wherever it runs, as this node sees it now. */
export function listServices(broker: ServiceBroker, service: string): readonly ListedService[] {
  const listed = broker.registry.getServiceList({ onlyAvailable: true }) as readonly ListedService[];
  return listed.filter(({ name }) => name === service);
}

/** The nodes that run the service as this node sees it now, sorted. */
export function nodesOf(broker: ServiceBroker, service: string): readonly string[] {
  return listServices(broker, service)
    .map(({ nodeID }) => nodeID)
    .sort();
}

/**
 * Calls `changed` now and whenever the nodes of the service change. Returns a function that ends it.
 *
 * @param mark what else of a node counts as a change: it may be gone and back, as another one, between two looks
 */
export function watchService(
  broker: ServiceBroker,
  service: string,
  changed: (nodes: readonly string[]) => void,
  mark: (node: string) => string = (node) => node,
): () => void {
  let known: string | null = null;
  const look = (): void => {
    const nodes = nodesOf(broker, service);
    const marks = nodes.map(mark).join();
    if (marks === known) return;
    known = marks;
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
