/** What may happen to the processes of the product. */
import { some, startAgain, type Fault, type Site } from './fault.ts';
import type { NodeProcess } from '../../scripts/cluster/node-process.ts';

const engineOf = ({ cluster, random }: Site): NodeProcess => random.pick(cluster.engines);
const gatewayOf = ({ cluster, random }: Site): NodeProcess => random.pick(cluster.gateways);
const domainOf = ({ cluster }: Site): NodeProcess => cluster.node('domain-1');

async function killAndStart(node: NodeProcess, { random }: Site): Promise<void> {
  await node.kill();
  await some(random, 500, 4_000);
  await startAgain(node);
}

/** Longer than it takes the others to notice (3 to 6 s), most of the time. */
async function freeze(node: NodeProcess, { random }: Site): Promise<void> {
  node.signal('SIGSTOP');
  await some(random, 3_000, 8_000);
  node.signal('SIGCONT');
}

async function restartEach(nodes: readonly NodeProcess[], { random }: Site): Promise<void> {
  for (const node of nodes) {
    await node.stop();
    await startAgain(node);
    await some(random, 300, 1_000);
  }
}

export const KILL_ENGINE: Fault = {
  kind: 'engine: kill -9',
  target: 'engines',
  run: (site) => killAndStart(engineOf(site), site),
};

export const RESTART_ENGINES: Fault = {
  kind: 'engines: rolling restart',
  target: 'engines',
  run: (site) => restartEach(site.cluster.engines, site),
};

export const RESTART_GATEWAYS: Fault = {
  kind: 'gateways: rolling restart',
  target: 'gateways',
  run: (site) => restartEach(site.cluster.gateways, site),
};

/** Engines leave and come back every second or two, in good order or not, one of them always staying. */
const CHURN: Fault = {
  kind: 'engines: join and leave',
  target: 'engines',
  async run(site) {
    const { cluster, random } = site;
    const away = new Set<NodeProcess>();
    const comeBack: Promise<void>[] = [];
    for (let times = random.between(3, 5); times > 0; times -= 1) {
      const there = cluster.engines.filter((engine) => !away.has(engine));
      if (there.length > 1) {
        const engine = random.pick(there);
        away.add(engine);
        const left = random.chance(0.7) ? engine.stop() : engine.kill();
        comeBack.push(left.then(() => startAgain(engine)).then(() => void away.delete(engine)));
      }
      await some(random, 1_000, 2_500);
    }
    await Promise.all(comeBack);
  },
};

export const PROCESS_FAULTS: readonly Fault[] = [
  KILL_ENGINE,
  { kind: 'engine: frozen', target: 'engines', run: (site) => freeze(engineOf(site), site) },
  RESTART_ENGINES,
  CHURN,
  { kind: 'gateway: kill -9', target: 'gateways', run: (site) => killAndStart(gatewayOf(site), site) },
  { kind: 'gateway: frozen', target: 'gateways', run: (site) => freeze(gatewayOf(site), site) },
  RESTART_GATEWAYS,
  { kind: 'domain: kill -9', target: 'domain', run: (site) => killAndStart(domainOf(site), site) },
  { kind: 'domain: frozen', target: 'domain', run: (site) => freeze(domainOf(site), site) },
];
