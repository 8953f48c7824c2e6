/** The steps of a rolling upgrade as faults, so that a round plays them under load and judges what was felt. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startAgain, type Fault, type Site } from '../fault.ts';
import type { NodeProcess } from '../../../scripts/cluster/node-process.ts';

type Nodes = (site: Site) => readonly NodeProcess[];

const ofRole = (role: NodeProcess['role'], { cluster }: Site): readonly NodeProcess[] =>
  [...cluster.nodes.values()].filter((node) => node.role === role);

/** Engines, domain nodes and gateways, in the order in which they are upgraded. */
export const ALL: Nodes = (site) => [...ofRole('engine', site), ...ofRole('domain', site), ...ofRole('gateway', site)];
/** The first of each role. */
export const SOME: Nodes = (site) => [
  ...ofRole('engine', site).slice(0, 1),
  ...ofRole('domain', site).slice(0, 1),
  ...ofRole('gateway', site).slice(0, 1),
];
export const ONE_ENGINE: Nodes = (site) => ofRole('engine', site).slice(0, 1);

/** Restarts the nodes one after the other, in good order, as the release in `product`; absent: as this one. */
export function roll(kind: string, nodes: Nodes, product?: string): Fault {
  return {
    kind,
    target: 'engines',
    async run(site) {
      for (const node of nodes(site)) {
        await node.stop();
        node.use(product);
        await startAgain(node);
      }
    },
  };
}

/** As the job does that goes before an upgrade. */
export function migrate(product: string): Fault {
  return {
    kind: 'the schema is migrated',
    target: 'postgres',
    async run({ cluster }) {
      const program = join(product, 'scripts/migrate.ts');
      await promisify(execFile)(process.execPath, [program, '--dsn', cluster.servers.postgres.address]);
    },
  };
}

/** Something is to be so, soon: it is looked at until it is. */
export function wait(kind: string, isSo: () => Promise<boolean>): Fault {
  return {
    kind,
    target: 'engines',
    async run() {
      const giveUpAt = Date.now() + PATIENCE_MS;
      while (!(await isSo())) {
        if (Date.now() > giveUpAt) throw new Error(`not so after ${PATIENCE_MS} ms: ${kind}`);
        await pass(LOOK_MS);
      }
    },
  };
}

const PATIENCE_MS = 30_000;
const LOOK_MS = 100;
