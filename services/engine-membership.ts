/**
 * Which engine nodes take part in placement. A node is a member while it runs the (empty) service `engine-member`:
 * so joining and leaving travel by Moleculer's own registry, and a draining engine can leave placement and still
 * answer what is on its way to it.
 */
import type { ServiceBroker, ServiceSchema } from 'moleculer';
import { engineFormats } from './engine-formats.ts';
import { nodesOf, watchService } from './service-nodes.ts';

const MEMBER = 'engine-member';

const engineMember: ServiceSchema = { name: MEMBER };

/** The members as this node sees them now, sorted. */
export function engineMembers(broker: ServiceBroker): readonly string[] {
  return nodesOf(broker, MEMBER);
}

export async function joinPlacement(broker: ServiceBroker): Promise<void> {
  const service = broker.createService(engineMember);
  await broker.waitForServices([service.fullName], 5_000, 10);
}

export async function leavePlacement(broker: ServiceBroker): Promise<void> {
  await broker.destroyService(MEMBER);
}

export interface Membership {
  /** The engines that take part in placement. */
  readonly members: readonly string[];
  /** All nodes that can be reached, of any role. */
  readonly alive: readonly string[];
}

function membership(broker: ServiceBroker): Membership {
  const nodes = broker.registry.getNodeList({ onlyAvailable: true }) as readonly { readonly id: string }[];
  return { members: engineMembers(broker), alive: nodes.map(({ id }) => id).sort() };
}

/** Calls `changed` now and whenever the members change, or what they read. Returns a function that ends it. */
export function watchMembers(broker: ServiceBroker, changed: (now: Membership) => void): () => void {
  const formatsOf = engineFormats(broker);
  const mark = (node: string): string => `${node} ${JSON.stringify(formatsOf(node))}`;
  return watchService(broker, MEMBER, () => changed(membership(broker)), mark);
}
