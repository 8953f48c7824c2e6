import { setTimeout as pass } from 'node:timers/promises';
import type { LocalCluster } from '../../scripts/cluster/local-cluster.ts';
import type { NodeProcess } from '../../scripts/cluster/node-process.ts';
import type { TcpProxy } from '../../scripts/cluster/tcp-proxy.ts';
import type { PrivateProcess } from '../../scripts/servers/private-process.ts';
import type { Server } from '../../scripts/servers/server.ts';
import type { SeededRandom } from '../simulation/seeded-random.ts';

/** What a fault may break. */
export interface Site {
  readonly cluster: LocalCluster;
  /** Each engine's wires. */
  readonly wires: ReadonlyMap<string, EngineWires>;
  readonly random: SeededRandom;
}

export interface EngineWires {
  readonly nats: TcpProxy;
  readonly redis: TcpProxy;
}

export interface Fault {
  readonly kind: string;
  /** Two faults of one target do not go together. */
  readonly target: 'engines' | 'gateways' | 'domain' | 'redis' | 'nats' | 'postgres';
  /** Breaks something and repairs it. Resolves when it is repaired. */
  readonly run: (site: Site) => Promise<void>;
}

const STARTS = 5;

/** Starts a process again as its supervisor would: also when what it needs to start is away for now. */
export async function startAgain(node: NodeProcess): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await node.start();
    } catch (error) {
      if (attempt === STARTS) throw error;
      await pass(1_000);
    }
  }
}

/** The process of a server that was started for the cluster. */
export function ownProcess(server: Server): PrivateProcess {
  if (server.kind === 'private') return server.process;
  throw new Error(`${server.name} is somebody else's: it cannot be broken`);
}

/** A duration between the two, ms. */
export function some(random: SeededRandom, fromMs: number, toMs: number): Promise<void> {
  return pass(random.between(fromMs, toMs));
}
