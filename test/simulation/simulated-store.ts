import type {
  Acquired,
  CheckpointRecord,
  CheckpointStore,
  CommitOutcome,
  ShardCommit,
  ShardLease,
} from '../../lib/ports/checkpoint-store.ts';
import type { UuidKey } from '../../lib/uuid.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import type { UnreliableWire } from './unreliable-wire.ts';
import type { VirtualTime } from './virtual-time.ts';

interface StoredShard {
  epoch: number;
  owner: string | null;
  /** The number of the last commit in this epoch; Infinity once released. */
  number: number;
  readonly records: Map<UuidKey, Uint8Array>;
}

export interface StoreObserver {
  acquired(shard: number, epoch: number, owner: string): void;
  applied(commit: ShardCommit): void;
}

/** The checkpoint store as its port describes it, behind an unreliable wire. */
export class SimulatedStore {
  readonly #time: VirtualTime;
  readonly #wire: UnreliableWire;
  readonly #observer: StoreObserver;
  readonly #shards = new Map<number, StoredShard>();

  constructor(time: VirtualTime, wire: UnreliableWire, observer: StoreObserver) {
    this.#time = time;
    this.#wire = wire;
    this.#observer = observer;
  }

  /** How many users the store still holds. */
  get records(): number {
    let records = 0;
    for (const shard of this.#shards.values()) records += shard.records.size;
    return records;
  }

  /** The store as one process reaches it. */
  client(process: SimulatedProcess): CheckpointStore {
    return {
      acquire: (shard, owner) => this.#wire.call(process, () => this.#acquire(shard, owner)),
      commit: (commits) => this.#wire.call(process, () => commits.map((commit) => this.#commit(commit))),
      release: (shard, epoch) => this.#wire.call(process, () => this.#release(shard, epoch)),
      shards: () => this.#wire.call(process, () => this.#leases()),
      ping: () => this.#wire.call(process, () => undefined),
      close: () => Promise.resolve(),
    };
  }

  #acquire(id: number, owner: string): Acquired {
    const shard: StoredShard = this.#shards.get(id) ?? { epoch: 0, owner: null, number: 0, records: new Map() };
    this.#shards.set(id, shard);
    shard.epoch = Math.max(shard.epoch + 1, this.#time.now); // C1
    shard.owner = owner;
    shard.number = 0;
    this.#observer.acquired(id, shard.epoch, owner);
    const records: CheckpointRecord[] = Array.from(shard.records, ([user, snapshot]) => ({ user, snapshot }));
    return { epoch: shard.epoch, records };
  }

  #commit(commit: ShardCommit): CommitOutcome {
    const shard = this.#shards.get(commit.shard);
    if (shard?.epoch !== commit.epoch || commit.number <= shard.number) {
      return { applied: false, owner: shard?.owner ?? null }; // C2
    }
    shard.number = commit.number;
    for (const { user, snapshot } of commit.puts) shard.records.set(user, snapshot);
    for (const user of commit.removes) shard.records.delete(user);
    this.#observer.applied(commit);
    return { applied: true };
  }

  #release(id: number, epoch: number): void {
    const shard = this.#shards.get(id);
    if (shard?.epoch !== epoch) return;
    shard.owner = null;
    shard.number = Infinity;
  }

  #leases(): ShardLease[] {
    return Array.from(this.#shards, ([shard, { epoch, owner, records }]) => ({
      shard,
      epoch,
      owner,
      records: records.size,
    }));
  }
}
