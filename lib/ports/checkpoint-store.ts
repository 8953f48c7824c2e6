import type { UuidKey } from '../uuid.ts';

/**
 * Where the engine's memory outlives its process: one record per user, grouped by shard, each shard guarded by a
 * fencing epoch.
 *
 * What every implementation guarantees (`test/contract/checkpoint-store.suite.ts` proves it of each):
 *
 * - C1  `acquire` raises the shard's epoch to max(stored + 1, the store's time in ms) and returns every record of the
 *       shard, in one atomic step. No two acquisitions of a shard ever return the same epoch, even when the store has
 *       lost its last writes in between.
 * - C2  `commit` of a shard is applied only when its epoch equals the stored one AND its `number` is above the last
 *       number applied in this epoch. Otherwise nothing of that shard is changed. The number keeps a commit that was
 *       given up on (time-out, cut connection) from being applied after a later one.
 * - C3  The commit of one shard is atomic: all its puts and removes, or none. Shards of one call stand apart.
 * - C4  When `commit` resolves, what was applied survives the death of any client process, and the restart of the
 *       store within the durability it is configured for.
 * - C5  A rejected promise means: outcome unknown, per shard all or nothing.
 */
export interface CheckpointStore {
  /** Takes the shard over for `owner`. Rejects when the store cannot be reached. */
  acquire(shard: number, owner: string): Promise<Acquired>;

  /** Applies each shard's changes; outcomes in the order of `commits`. A shard appears at most once in a call. */
  commit(commits: readonly ShardCommit[]): Promise<readonly CommitOutcome[]>;

  /**
   * Says that `owner` has let go of the shard at `epoch`. Records stay, the epoch stays; commits of that epoch are
   * refused from here on. Does nothing when the shard has meanwhile been taken over.
   */
  release(shard: number, epoch: number): Promise<void>;

  /** What the store knows of each shard that was ever acquired; for operators and tests. */
  shards(): Promise<readonly ShardLease[]>;

  /** Resolves when the store answers, rejects otherwise; for readiness. */
  ping(): Promise<void>;

  close(): Promise<void>;
}

export interface Acquired {
  /** The new epoch, in force from now on. A safe integer. */
  readonly epoch: number;
  readonly records: readonly CheckpointRecord[];
}

export interface CheckpointRecord {
  readonly user: UuidKey;
  /** Opaque to the store. */
  readonly snapshot: Uint8Array;
}

export interface ShardCommit {
  readonly shard: number;
  readonly epoch: number;
  /** Positive, strictly rising within an epoch. */
  readonly number: number;
  readonly puts: readonly CheckpointRecord[];
  readonly removes: readonly UuidKey[];
}

/** `owner` is the node that holds the shard now, null when it was released or is unknown. */
export type CommitOutcome = { readonly applied: true } | { readonly applied: false; readonly owner: string | null };

export interface ShardLease {
  readonly shard: number;
  readonly epoch: number;
  readonly owner: string | null;
  /** How many user records the shard holds. */
  readonly records: number;
}
