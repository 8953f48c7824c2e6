import type { FlusherEvents, FlusherOptions } from './flusher.ts';
import type { CommitterEvents } from './committer.ts';
import type { Shard } from './shard.ts';
import type { PlayRules } from './user-actor.ts';

/** All durations in milliseconds. */
export interface HostOptions {
  /** This node's name; stable over restarts, so that its shards come back to it. */
  readonly node: string;
  /** The number of shards; the same on every node, for ever. */
  readonly shards: number;
  readonly rules: PlayRules;
  /** How often a live session is written to PostgreSQL. */
  readonly flushIntervalMs: number;
  readonly flush: FlusherOptions;
  /** Replies of one user that may wait for a commit. */
  readonly mailboxPerUser: number;
  readonly mailboxPerShard: number;
  /** Shards loaded at the same time. */
  readonly parallelAcquires: number;
  /** Before a shard that did not load is tried again. */
  readonly acquireRetryMs: number;
  /** How long a node leaves a living former owner to hand off before it takes the shard all the same. */
  readonly eagerDelayMs: number;
  /** How long a fenced node does not take the shard back: two nodes that both feel responsible must not fight. */
  readonly fenceCooldownMs: number;
  /** How long a shard taken from a suspected owner stays before placement counts again. */
  readonly guestMs: number;
  /** How long a handoff waits for the last commit. */
  readonly sealMs: number;
  /** How long all engines must have read a newer version of checkpoints before one writes it. */
  readonly snapshotHoldMs: number;
  /** The pause after a commit that failed. */
  readonly commitRetryMs: number;
  /** 0 <= random() < 1, for jitter. */
  readonly random: () => number;
}

/** What the host tells of itself, for logs and metrics. Implementations must not throw. */
export interface HostEvents extends CommitterEvents, FlusherEvents {
  acquired(shard: Shard): void;
  acquireFailed(shard: number, error: unknown): void;
  releaseFailed(shard: number, error: unknown): void;
  /** The shard holds checkpoints of another release; `standIn` was asked to serve it, null: nobody here reads them. */
  unreadable(shard: number, error: Error, standIn: string | null): void;
  /** Another user's actor did not answer about a copy that is lent. */
  errandFailed(error: unknown): void;
}

export interface HostStats {
  /** Shards served. */
  readonly shards: number;
  readonly loading: number;
  /** Shards that this node should serve and cannot read. */
  readonly unreadable: number;
  /** The version that checkpoints are written in. */
  readonly snapshotVersion: number;
  readonly users: number;
  readonly liveSessions: number;
  readonly flush: { readonly users: number; readonly lagMs: number };
}
