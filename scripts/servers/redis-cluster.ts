import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from './machine.ts';
import { startRedis } from './redis.ts';
import type { PrivateServer } from './server.ts';

const SLOTS = 16_384;
const FORM_LIMIT_MS = 20_000;

export interface RedisCluster {
  /** Its nodes, separated by commas. */
  readonly address: string;
  stop(): Promise<void>;
}

/** A private Redis Cluster of two primaries that share the slots; null when the machine has no redis-server. */
export async function startRedisCluster(): Promise<RedisCluster | null> {
  const nodes: PrivateServer[] = [];
  const stop = async () => void (await Promise.all(nodes.map((node) => node.stop())));
  const busPorts = [await freePort(), await freePort()];
  for (const busPort of busPorts) {
    const node = await startRedis({ settings: { 'cluster-enabled': 'yes', 'cluster-port': String(busPort) } });
    if (node === null) return null;
    nodes.push(node);
  }
  const clients = nodes.map((node) => new Redis(node.address));
  try {
    for (const [n, client] of clients.entries()) {
      const share = [n, n + 1].map((at) => Math.floor((at * SLOTS) / nodes.length));
      await client.cluster('ADDSLOTSRANGE', share[0] ?? 0, (share[1] ?? SLOTS) - 1);
      // Else both are of epoch 0, and take seconds to agree on an order.
      await client.cluster('SET-CONFIG-EPOCH', n + 1);
    }
    const [first, second] = nodes.map((node) => new URL(node.address));
    await clients[0]?.call('CLUSTER', 'MEET', second?.hostname ?? '', second?.port ?? '', String(busPorts[1]));
    await formed(clients);
    return { address: [first?.href, second?.href].join(','), stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    for (const client of clients) client.disconnect();
  }
}

async function formed(clients: readonly Redis[]): Promise<void> {
  const giveUpAt = Date.now() + FORM_LIMIT_MS;
  while (Date.now() < giveUpAt) {
    const infos = await Promise.all(clients.map((client) => client.cluster('INFO')));
    if (infos.every((info) => info.includes('cluster_state:ok') && info.includes('cluster_size:2'))) return;
    await pause(50);
  }
  throw new Error(`the Redis Cluster did not form within ${FORM_LIMIT_MS} ms`);
}
