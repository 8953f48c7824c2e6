import type { ConnectionOptions } from 'node:tls';
import { Cluster, type Redis } from 'ioredis';
import type { Acquired, CheckpointStore, CommitOutcome, ShardCommit, ShardLease } from '../ports/checkpoint-store.ts';
import type { UuidKey } from '../uuid.ts';
import { ACQUIRE, COMMIT, epochOf, GUARD_FIELDS, lease, RELEASE } from './checkpoint-scripts.ts';
import { connectRedis } from './redis-connection.ts';
import { runScript } from './redis-script.ts';

export interface RedisCheckpointStoreOptions {
  /** The first part of every key; default `library`. */
  readonly prefix?: string;
  /** A command without an answer rejects after this; default 1000 ms. */
  readonly commandTimeoutMs?: number;
  /** How many replicas must have a commit before it resolves; default 0. Not with Redis Cluster. */
  readonly waitReplicas?: number;
  /** How `rediss://…` is spoken to. */
  readonly tls?: ConnectionOptions | null;
  /** Told of every connection that broke; it is replaced by itself. */
  readonly onConnectionError?: (error: Error) => void;
}

/**
 * Opens the checkpoints in Redis 7+, standalone or Cluster (see `connectRedis` for addresses). When Redis does not
 * answer yet, the store opens all the same; its calls reject until Redis does.
 */
export async function openRedisCheckpointStore(
  address: string,
  options: RedisCheckpointStoreOptions = {},
): Promise<RedisCheckpointStore> {
  const client = await connectRedis(address, {
    name: 'library-checkpoints',
    commandTimeoutMs: options.commandTimeoutMs ?? 1000,
    tls: options.tls ?? null,
    onError: options.onConnectionError ?? (() => undefined),
  });
  return new RedisCheckpointStore(client, options);
}

/**
 * Checkpoints in Redis: one hash a shard, one Lua script a commit (`checkpoint-scripts.ts`). Standalone, all shards of a
 * commit go in one call; in a cluster each shard is a call of its own, all sent at once.
 *
 * How much survives a crash of Redis itself is Redis' own setting: `appendonly yes` with `appendfsync always` loses
 * nothing, `everysec` at most the last second; `waitReplicas` covers the loss of the machine.
 */
export class RedisCheckpointStore implements CheckpointStore {
  readonly #client: Redis | Cluster;
  readonly #prefix: string;
  readonly #waitReplicas: number;
  readonly #waitTimeoutMs: number;

  constructor(client: Redis | Cluster, options: RedisCheckpointStoreOptions) {
    this.#client = client;
    this.#prefix = options.prefix ?? 'library';
    this.#waitReplicas = options.waitReplicas ?? 0;
    this.#waitTimeoutMs = options.commandTimeoutMs ?? 1000;
    if (this.#waitReplicas > 0 && client instanceof Cluster) {
      throw new TypeError('waitReplicas works with a single Redis; for a cluster set min-replicas-to-write');
    }
  }

  async acquire(shard: number, owner: string): Promise<Acquired> {
    const reply = await runScript(this.#client, ACQUIRE, [this.#key(shard)], [owner], null);
    const [epoch, fields] = reply as [Buffer, Buffer[]];
    const records = [];
    for (let at = 0; at + 1 < fields.length; at += 2) {
      const [field, snapshot] = [fields[at], fields[at + 1]] as [Buffer, Buffer];
      if (field.length > 1) records.push({ user: field.toString('latin1') as UuidKey, snapshot });
    }
    return { epoch: Number(epoch.toString()), records };
  }

  async commit(commits: readonly ShardCommit[]): Promise<readonly CommitOutcome[]> {
    if (commits.length === 0) return [];
    if (this.#client instanceof Cluster) {
      const each = await Promise.all(commits.map((commit) => this.#commitInOneCall([commit])));
      return each.flat();
    }
    const outcomes = this.#commitInOneCall(commits);
    if (this.#waitReplicas > 0) await Promise.all([outcomes, this.#awaitReplicas(this.#client)]);
    return outcomes;
  }

  async #commitInOneCall(commits: readonly ShardCommit[]): Promise<readonly CommitOutcome[]> {
    const keys = commits.map(({ shard }) => this.#key(shard));
    const args: (string | number | Buffer)[] = [];
    for (const { epoch, number, puts, removes } of commits) {
      args.push(lease(epoch, number), 2 * puts.length, removes.length);
      for (const { user, snapshot } of puts) args.push(Buffer.from(user, 'latin1'), asBuffer(snapshot));
      for (const user of removes) args.push(Buffer.from(user, 'latin1'));
    }
    const outcomes = (await runScript(this.#client, COMMIT, keys, args, 'utf8')) as (1 | string)[];
    return outcomes.map((outcome) => (outcome === 1 ? { applied: true } : { applied: false, owner: outcome || null }));
  }

  /** WAIT is sent right behind the commit, on the same connection: it covers that, and costs no round trip more. */
  async #awaitReplicas(client: Redis): Promise<void> {
    const confirmed = await client.wait(this.#waitReplicas, this.#waitTimeoutMs);
    if (confirmed < this.#waitReplicas) {
      throw new Error(`only ${confirmed} of ${this.#waitReplicas} Redis replicas confirmed the commit`);
    }
  }

  async release(shard: number, epoch: number): Promise<void> {
    await runScript(this.#client, RELEASE, [this.#key(shard)], [lease(epoch, Number.MAX_SAFE_INTEGER)], null);
  }

  async shards(): Promise<readonly ShardLease[]> {
    const nodes = this.#client instanceof Cluster ? this.#client.nodes('master') : [this.#client];
    const leases = await Promise.all(nodes.map((node) => this.#shardsOf(node)));
    return leases.flat().sort((a, b) => a.shard - b.shard);
  }

  async #shardsOf(node: Redis): Promise<ShardLease[]> {
    const numbers = new Set<number>();
    let cursor = '0';
    do {
      const [next, keys] = await node.scan(cursor, 'MATCH', `${this.#prefix}:{*}`, 'COUNT', 1000);
      for (const key of keys) numbers.add(Number(key.slice(this.#prefix.length + 2, -1)));
      cursor = next;
    } while (cursor !== '0');
    return Promise.all(
      Array.from(numbers, async (shard) => {
        const key = this.#key(shard);
        const [[held, owner], fields] = await Promise.all([node.hmget(key, 'l', 'o'), node.hlen(key)]);
        return { shard, epoch: epochOf(held ?? ''), owner: owner || null, records: fields - GUARD_FIELDS };
      }),
    );
  }

  async ping(): Promise<void> {
    await this.#client.ping();
  }

  async close(): Promise<void> {
    this.#client.disconnect();
    return Promise.resolve();
  }

  /** The braces are Redis Cluster's: all that a shard may ever have keeps to one slot. */
  #key(shard: number): string {
    return `${this.#prefix}:{${shard}}`;
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
