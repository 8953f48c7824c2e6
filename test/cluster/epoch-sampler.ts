/** Looks at the checkpoint store all the time, so that an epoch that goes back is seen, and by when. */
import { openRedisCheckpointStore, type RedisCheckpointStore } from '../../lib/redis/redis-checkpoint-store.ts';
import type { ShardLease } from '../../lib/ports/checkpoint-store.ts';
import type { EpochSample } from './round-history.ts';

const SAMPLE_MS = 500;

export class EpochSampler {
  readonly #store: RedisCheckpointStore;
  readonly #timer: NodeJS.Timeout;
  #samples: EpochSample[] = [];
  #last = new Map<number, string>();
  #busy = false;

  private constructor(store: RedisCheckpointStore) {
    this.#store = store;
    this.#timer = setInterval(() => void this.#sample(), SAMPLE_MS);
  }

  static async start(address: string): Promise<EpochSampler> {
    return new EpochSampler(await openRedisCheckpointStore(address));
  }

  /** What was seen since the last call; only changes. */
  take(): readonly EpochSample[] {
    const samples = this.#samples;
    // The next round begins with the shards as they were seen last.
    this.#samples = [...new Map(samples.map((sample) => [sample.shard, sample])).values()];
    return samples;
  }

  /** How many users' records the store holds. Rejects when it does not answer. */
  async records(): Promise<number> {
    const leases = await this.#store.shards();
    return leases.reduce((sum, lease) => sum + lease.records, 0);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#store.close();
  }

  async #sample(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    // A sample that the store does not answer is a fault at work; the next one will see what became of it.
    const leases = await this.#store.shards().catch((): readonly ShardLease[] => []);
    const at = Date.now();
    for (const { shard, epoch, owner } of leases) {
      const seen = `${epoch} ${owner}`;
      if (this.#last.get(shard) === seen) continue;
      this.#last.set(shard, seen);
      this.#samples.push({ at, shard, epoch, owner });
    }
    this.#busy = false;
  }
}
