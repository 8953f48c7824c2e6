/**
 * Which version this node writes checkpoints in, while engines of several releases run side by side.
 *
 * Owns: what the engines of the placement read, and the version in use. How an upgrade goes is in DESIGN.md, "Versions".
 *
 * Invariants
 * - V1  Nothing is written that an engine of the placement could not read, as far as this node knows the placement: the
 *       version falls at once when one joins that reads less.
 * - V2  It rises only when every engine has read the newer one for `holdMs` on end: the last engine of the older release
 *       may only have crashed, and be back in a moment. What the store holds already needs no such wait.
 */
import type { UserState } from './session.ts';
import { newestCommon, type VersionRange } from './versions.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { UuidKey } from '../lib/uuid.ts';

/** How states are written and read. */
export interface SnapshotCodec {
  readonly reads: VersionRange;
  /** The newest version that the release before reads. Every state can be written in it. */
  readonly baseline: number;
  /** @param version the newest that may be used; an older one may hold the state as well */
  encode(state: UserState, version: number): Uint8Array;
  /** @throws UnreadableSnapshot */
  decode(snapshot: Uint8Array, shared: (game: UuidKey) => UuidKey): UserState;
  /** Of any release's snapshot. */
  versionOf(snapshot: Uint8Array): number;
}

/** A snapshot that another release wrote. It stays as it is. */
export class UnreadableSnapshot extends Error {
  readonly version: number;

  constructor(version: number, { oldest, newest }: VersionRange) {
    super(`a checkpoint has version ${version}, this engine reads ${oldest} to ${newest}`);
    this.name = 'UnreadableSnapshot';
    this.version = version;
  }
}

export class SnapshotFormat {
  readonly #codec: SnapshotCodec;
  readonly #clock: Clock;
  readonly #holdMs: number;
  #inUse: number;
  /** What all engines of the placement read, and since when. */
  #common: number;
  #since = 0;

  constructor(codec: SnapshotCodec, clock: Clock, holdMs: number) {
    this.#codec = codec;
    this.#clock = clock;
    this.#holdMs = holdMs;
    this.#inUse = codec.baseline;
    this.#common = codec.baseline;
  }

  /** What the engines of the placement read, null: the same as this one. None: nothing is known, and nothing changes. */
  setMembers(ranges: readonly (VersionRange | null)[]): void {
    if (ranges.length === 0) return;
    const { reads, baseline } = this.#codec;
    const common = Math.max(baseline, newestCommon([reads, ...ranges.map((range) => range ?? reads)]) ?? baseline);
    if (common === this.#common) return;
    this.#common = common;
    this.#since = this.#clock.now();
    this.#inUse = Math.min(this.#inUse, common); // V1
  }

  /** The version in use. */
  get version(): number {
    const { newest } = this.#codec.reads;
    if (this.#inUse === newest || this.#common <= this.#inUse) return this.#inUse;
    if (this.#clock.now() - this.#since >= this.#holdMs) this.#inUse = this.#common; // V2
    return this.#inUse;
  }

  encode(state: UserState): Uint8Array {
    return this.#codec.encode(state, this.version);
  }

  /**
   * @returns the state, and the version it was written in
   * @throws UnreadableSnapshot
   */
  decode(
    snapshot: Uint8Array,
    shared: (game: UuidKey) => UuidKey,
  ): { readonly state: UserState; readonly version: number } {
    const state = this.#codec.decode(snapshot, shared);
    const version = this.#codec.versionOf(snapshot);
    if (version > this.#inUse && version <= this.#common) this.#inUse = version; // V2
    return { state, version };
  }
}
