import type {
  Acquired,
  CheckpointRecord,
  CheckpointStore,
  CommitOutcome,
  ShardCommit,
  ShardLease,
} from '../ports/checkpoint-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { UuidKey } from '../uuid.ts';

interface MemoryShard {
  epoch: number;
  /** Of the last commit applied in this epoch; infinite once the epoch was released. */
  number: number;
  owner: string | null;
  readonly records: Map<UuidKey, Uint8Array>;
}

/**
 * A checkpoint store that lives and dies with its process: for the simulation and unit tests, which check the engine
 * against the very guarantees that the real stores give. Each call takes effect at once, and answers later.
 */
export class MemoryCheckpointStore implements CheckpointStore {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #shards = new Map<number, MemoryShard>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  async acquire(shard: number, owner: string): Promise<Acquired> {
    const stored = this.#shards.get(shard);
    const epoch = Math.max((stored?.epoch ?? 0) + 1, this.#clock.now());
    const records = stored?.records ?? new Map<UuidKey, Uint8Array>();
    this.#shards.set(shard, { epoch, number: 0, owner, records });
    return { epoch, records: Array.from(records, ([user, snapshot]) => ({ user, snapshot: snapshot.slice() })) };
  }

  async commit(commits: readonly ShardCommit[]): Promise<readonly CommitOutcome[]> {
    return commits.map((commit) => this.#apply(commit));
  }

  #apply({ shard, epoch, number, puts, removes }: ShardCommit): CommitOutcome {
    const stored = this.#shards.get(shard);
    if (stored === undefined || stored.epoch !== epoch || number <= stored.number) {
      return { applied: false, owner: stored?.owner ?? null };
    }
    stored.number = number;
    // A copy, as a real store makes one: the caller may use its buffer again.
    for (const { user, snapshot } of puts) stored.records.set(user, Uint8Array.from(snapshot));
    for (const user of removes) stored.records.delete(user);
    return { applied: true };
  }

  async release(shard: number, epoch: number): Promise<void> {
    const stored = this.#shards.get(shard);
    if (stored?.epoch !== epoch) return;
    stored.owner = null;
    stored.number = Infinity;
  }

  async shards(): Promise<readonly ShardLease[]> {
    const leases = Array.from(this.#shards, ([shard, { epoch, owner, records }]) => {
      return { shard, epoch, owner, records: records.size };
    });
    return leases.sort((a, b) => a.shard - b.shard);
  }

  /** As a store that lost its last writes: it no longer knows anything of the shard. */
  forget(shard: number): void {
    this.#shards.delete(shard);
  }

  /** What the store holds of a shard, as of now. */
  records(shard: number): readonly CheckpointRecord[] {
    return Array.from(this.#shards.get(shard)?.records ?? [], ([user, snapshot]) => ({ user, snapshot }));
  }

  async ping(): Promise<void> {}

  async close(): Promise<void> {}
}
