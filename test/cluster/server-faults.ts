/** What may happen to the servers that the product stands on, and to the wires between. */
import { setTimeout as pass } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { ownProcess, some, type Fault, type Site } from './fault.ts';
import type { Direction } from '../../scripts/cluster/tcp-proxy.ts';
import type { PrivateProcess } from '../../scripts/servers/private-process.ts';

const redisOf = ({ cluster }: Site): PrivateProcess => ownProcess(cluster.servers.redis);
const natsOf = ({ cluster }: Site): PrivateProcess => ownProcess(cluster.servers.nats);
const postgresOf = ({ cluster }: Site): PrivateProcess => ownProcess(cluster.servers.postgres);

async function killAndStart(server: PrivateProcess, { random }: Site, fromMs: number, toMs: number): Promise<void> {
  await server.kill();
  await some(random, fromMs, toMs);
  await server.start();
}

async function restart(server: PrivateProcess, { random }: Site): Promise<void> {
  await server.end();
  await some(random, 200, 1_500);
  await server.start();
}

async function asOperator(site: Site, use: (client: Redis) => Promise<void>): Promise<void> {
  const client = new Redis(site.cluster.servers.redis.address, { lazyConnect: true });
  // CLIENT KILL may take this connection too; the command's own outcome tells.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await use(client);
  } finally {
    client.disconnect();
  }
}

/** Every client's connection breaks, a few times within a second or two, so that commits are under way when it happens. */
function cutConnections(site: Site): Promise<void> {
  return asOperator(site, async (client) => {
    for (let times = site.random.between(3, 8); times > 0; times -= 1) {
      await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await some(site.random, 50, 400);
    }
  });
}

/** Redis takes commands and answers none of them for a while; then it carries all of them out. */
function pauseClients(site: Site): Promise<void> {
  return asOperator(site, async (client) => {
    const ms = site.random.between(500, 4_000);
    await client.call('CLIENT', 'PAUSE', String(ms), 'ALL');
    await pass(ms);
  });
}

/** One engine is heard and does not hear, or the other way round. */
async function cutOneWay(site: Site, server: 'nats' | 'redis', direction: Direction): Promise<void> {
  const { random, wires } = site;
  const wire = random.pick([...wires.values()])[server];
  wire.cut(direction);
  await some(random, 1_500, 8_000);
  wire.mend(random.chance(0.5));
}

export const SERVER_FAULTS: readonly Fault[] = [
  { kind: 'redis: connections cut', target: 'redis', run: cutConnections },
  { kind: 'redis: paused', target: 'redis', run: pauseClients },
  { kind: 'redis: answers lost', target: 'redis', run: (site) => cutOneWay(site, 'redis', 'down') },
  { kind: 'redis: restart', target: 'redis', run: (site) => restart(redisOf(site), site) },
  { kind: 'redis: kill -9', target: 'redis', run: (site) => killAndStart(redisOf(site), site, 200, 3_000) },
  { kind: 'nats: restart', target: 'nats', run: (site) => restart(natsOf(site), site) },
  { kind: 'nats: kill -9', target: 'nats', run: (site) => killAndStart(natsOf(site), site, 200, 3_000) },
  { kind: 'nats: deaf engine', target: 'nats', run: (site) => cutOneWay(site, 'nats', 'down') },
  { kind: 'nats: mute engine', target: 'nats', run: (site) => cutOneWay(site, 'nats', 'up') },
  { kind: 'postgres: kill -9', target: 'postgres', run: (site) => killAndStart(postgresOf(site), site, 1_000, 8_000) },
];
