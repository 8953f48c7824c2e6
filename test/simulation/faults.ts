/** What happens to the cluster in the course of a history. */
import type { Cluster } from './cluster.ts';
import { CALM } from './simulated-network.ts';
import { HEALTHY, type UnreliableWire, type WireFaults } from './unreliable-wire.ts';

/** Does its damage now, and arranges for its end. */
export type Fault = (cluster: Cluster) => void;

const anyNode = ({ random, nodes }: Cluster) => (nodes.size === 0 ? null : random.pick([...nodes.values()]));

const kill: Fault = (cluster) => {
  const { time, random } = cluster;
  const node = anyNode(cluster);
  if (!node) return;
  cluster.kill(node);
  const detected = random.between(200, 5_000);
  const back = random.between(100, 12_000);
  if (detected < back) time.after(detected, () => cluster.leave(node.name));
  time.after(back, () => {
    if (!cluster.nodes.has(node.name)) cluster.startNode(node.name);
  });
};

const pause: Fault = (cluster) => {
  const { time, random, oracle } = cluster;
  const node = anyNode(cluster);
  if (!node?.process.running) return;
  oracle.log(() => `${node.name}: paused`);
  node.process.pause();
  const detected = random.between(1_000, 3_000);
  const back = random.between(500, 15_000);
  if (detected < back) time.after(detected, () => cluster.leave(node.name));
  time.after(back, () => {
    oracle.log(() => `${node.name}: resumed`);
    node.process.resume();
    const noticed = random.between(0, 1_000);
    time.after(noticed, () => {
      if (cluster.nodes.get(node.name) === node && !node.draining) cluster.join(node.name);
    });
  });
};

const lossyNetwork: Fault = ({ time, random, network, oracle }) => {
  network.faults = { lost: random.next() * 0.4, duplicated: random.next() * 0.4, slow: random.next() * 0.3 };
  oracle.log(() => `network: ${JSON.stringify(network.faults)}`);
  time.after(random.between(3_000, 15_000), () => (network.faults = { ...CALM }));
};

const oneWayCut: Fault = (cluster) => {
  const { time, random, network, gateways, oracle } = cluster;
  const node = anyNode(cluster);
  if (!node) return;
  const { name } = random.pick(gateways).process;
  const way = random.chance(0.5) ? `${name}>${node.name}` : `${node.name}>${name}`;
  oracle.log(() => `network: ${way} is cut`);
  network.cuts.add(way);
  time.after(random.between(1_000, 12_000), () => network.cuts.delete(way));
};

function shaky(wireOf: (cluster: Cluster) => UnreliableWire): Fault {
  return (cluster) => {
    const { time, random, oracle } = cluster;
    const wire = wireOf(cluster);
    const faults: WireFaults = {
      lost: random.next() * 0.3,
      unanswered: random.next() * 0.5,
      late: random.next() * 0.5,
      down: random.chance(0.3),
    };
    oracle.log(() => `wire: ${JSON.stringify(faults)}`);
    wire.faults = faults;
    time.after(random.between(1_000, 12_000), () => (wire.faults = { ...HEALTHY }));
  };
}

const wrongView: Fault = (cluster) => {
  const { time, random, nodes, gateways, members, oracle } = cluster;
  const name = random.pick([...nodes.keys(), ...gateways.map(({ process }) => process.name)]);
  const mistake = (left: number): void => {
    const seen = new Set([...members].filter(() => random.chance(0.6)));
    oracle.log(() => `${name}: believes in ${[...seen].join(', ')}`);
    cluster.tellMembers(name, seen);
    time.after(random.between(20, 4_000), () => {
      if (left > 0) mistake(left - 1);
      else cluster.tellMembers(name, members);
    });
  };
  mistake(random.between(0, 6));
};

const join: Fault = (cluster) => {
  const name = `engine-${cluster.random.between(0, 4)}`;
  if (!cluster.nodes.has(name)) cluster.startNode(name);
};

const rollingRestart: Fault = (cluster) => {
  const { time, random } = cluster;
  const node = anyNode(cluster);
  if (!node) return;
  cluster.drain(node);
  if (random.chance(0.3)) return;
  time.after(random.between(1_000, 8_000), () => {
    if (!cluster.nodes.has(node.name)) cluster.startNode(node.name);
  });
};

export const FAULTS: readonly Fault[] = [
  kill,
  kill,
  pause,
  pause,
  lossyNetwork,
  oneWayCut,
  shaky(({ storeWire }) => storeWire),
  shaky(({ storeWire }) => storeWire),
  shaky(({ databaseWire }) => databaseWire),
  wrongView,
  wrongView,
  join,
  rollingRestart,
];

/** Ends every fault: who is dead stays dead, but for the last node, and the last that reads what there may be. */
export function heal(cluster: Cluster): void {
  const { nodes, members, network, storeWire, databaseWire, oracle } = cluster;
  oracle.log(() => 'everything heals');
  network.faults = { ...CALM };
  network.cuts.clear();
  storeWire.faults = { ...HEALTHY };
  databaseWire.faults = { ...HEALTHY };
  for (const { process } of nodes.values()) process.resume();
  if (![...nodes.values()].some(({ draining }) => !draining)) cluster.startNode('engine-9');
  if (cluster.lacksReader) cluster.startNode('engine-8', 'next');
  members.clear();
  for (const node of nodes.values()) if (!node.draining) members.add(node.name);
  cluster.announce(0);
}
