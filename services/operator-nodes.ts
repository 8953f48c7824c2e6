/** Which nodes operators speak of. */
import type { ServiceBroker } from 'moleculer';
import { nodesOf } from './service-nodes.ts';
import { LibraryError } from '../lib/errors.ts';

/** Every node that runs an engine, also one that is draining. */
export function engineNodes(broker: ServiceBroker): readonly string[] {
  return nodesOf(broker, 'engine');
}

/** @throws LibraryError NOT_FOUND when no engine has this name */
export function mustBeEngine(broker: ServiceBroker, node: string | undefined): string {
  const nodes = engineNodes(broker);
  if (node !== undefined && nodes.includes(node)) return node;
  throw new LibraryError('NOT_FOUND', `there is no engine node ${node}; there are ${nodes.join(', ') || 'none'}`);
}

/** `2026-03-01 18:30:00`, UTC. */
export function timeOf(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}
