import { describe } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Cluster, Redis } from 'ioredis';
import { createDatabase } from '../../scripts/servers/postgres.ts';
import { startRedisCluster } from '../../scripts/servers/redis-cluster.ts';
import { MemoryCheckpointStore } from '../../lib/checkpoint/memory-checkpoint-store.ts';
import { openDatabase, type Database } from '../../lib/db/database.ts';
import { PostgresCheckpointStore } from '../../lib/db/postgres-checkpoint-store.ts';
import { systemClock } from '../../lib/ports/clock.ts';
import { openRedisCheckpointStore } from '../../lib/redis/redis-checkpoint-store.ts';
import { up as createCheckpointTables } from '../../migrations/0002_checkpoints.ts';
import { describeWithPrivateServer, describeWithServer, started } from '../servers.ts';
import { checkpointStoreSuite, type CheckpointStoreBench } from './checkpoint-store.suite.ts';

describe('the checkpoint store in memory', () => {
  checkpointStoreSuite(async () => {
    const clock = systemClock();
    const store = new MemoryCheckpointStore(clock);
    return {
      open: async () => store,
      now: async () => clock.now(),
      forget: async (shard) => store.forget(shard),
      dispose: async () => undefined,
    };
  });
});

describe('the checkpoint store in the embedded PostgreSQL', () => {
  checkpointStoreSuite(async () => sqlBench(await openDatabase({ memory: true }), async () => undefined));
});

describeWithServer('PostgreSQL', 'the checkpoint store in PostgreSQL', (address) => {
  checkpointStoreSuite(async () => {
    const fresh = await createDatabase(address, 'checkpoint store');
    return sqlBench(await openDatabase({ dsn: fresh.dsn }), () => fresh.drop());
  });
});

describeWithServer('Redis', 'the checkpoint store in Redis', (address) => {
  checkpointStoreSuite(async () => redisBench(address, new Redis(address)));
});

describeWithPrivateServer('Redis', 'the checkpoint store in Redis Cluster', () => {
  checkpointStoreSuite(async () => {
    const cluster = started(await startRedisCluster());
    const seeds = cluster.address.split(',').map((seed) => new URL(seed));
    const client = new Cluster(seeds.map(({ hostname, port }) => ({ host: hostname, port: Number(port) })));
    const bench = redisBench(cluster.address, client);
    return {
      ...bench,
      dispose: async () => {
        client.disconnect();
        await cluster.stop();
      },
    };
  });
});

function redisBench(address: string, client: Redis | Cluster): CheckpointStoreBench {
  const prefix = `test-${randomUUID()}`;
  return {
    open: () => openRedisCheckpointStore(address, { prefix, commandTimeoutMs: 5000 }),
    now: async () => {
      const [seconds, micros] = await client.time();
      return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
    },
    forget: async (shard) => void (await client.del(`${prefix}:{${shard}}`)),
    dispose: async () => {
      const keys = await client.keys(`${prefix}:*`);
      if (keys.length > 0) await client.del(keys);
      client.disconnect();
    },
  };
}

async function sqlBench(database: Database, drop: () => Promise<void>): Promise<CheckpointStoreBench> {
  const { executor } = database;
  await database.db.connection().execute((connection) => createCheckpointTables(connection as never));
  return {
    open: async () => new PostgresCheckpointStore(executor),
    now: async () => {
      const { rows } = await executor.query<{ now: number }>(
        'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now',
      );
      return rows[0]?.now ?? Number.NaN;
    },
    forget: async (shard) => {
      await executor.query('DELETE FROM checkpoint_shards WHERE shard = $1', [shard]);
      await executor.query('DELETE FROM checkpoint_records WHERE shard = $1', [shard]);
    },
    dispose: async () => {
      await database.close();
      await drop();
    },
  };
}
