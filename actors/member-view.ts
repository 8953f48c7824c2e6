import { ownerOf, placementTable } from './placement.ts';
import { includes, type VersionRange } from './versions.ts';

/** What a member reads of checkpoints; null: the same as this node. */
export type MemberReads = (node: string) => VersionRange | null;

/** The engine nodes that take part in placement as one of them sees them, and what follows for each shard. */
export class MemberView {
  readonly #node: string;
  readonly #shards: number;
  #members: readonly string[] = [];
  #reads: MemberReads = () => null;
  #placement: readonly (string | null)[];

  constructor(node: string, shards: number) {
    this.#node = node;
    this.#shards = shards;
    this.#placement = new Array<null>(shards).fill(null);
  }

  /** The owner of every shard, by shard number. */
  get placement(): readonly (string | null)[] {
    return this.#placement;
  }

  /** Whether this node takes part itself: not before it has joined, and no more when it leaves. */
  get isMember(): boolean {
    return this.#members.includes(this.#node);
  }

  set(members: readonly string[], reads: MemberReads): void {
    this.#members = [...members];
    this.#reads = reads;
    this.#placement = placementTable(members, this.#shards);
  }

  /** Who should own the shard, null when nobody is there. */
  ownerOf(shard: number): string | null {
    return this.#placement[shard] ?? null;
  }

  /** Who should serve the shard while some are suspected to be gone. */
  trustedOwnerOf(shard: number, suspects: readonly string[]): string | null {
    const owner = this.ownerOf(shard);
    if (owner === null || !suspects.includes(owner)) return owner;
    const trusted = this.#members.filter((node) => !suspects.includes(node));
    return ownerOf(shard, trusted);
  }

  /** Which other node reads checkpoints that this one does not, null when none does. */
  readerOf(shard: number, version: number): string | null {
    const readers = this.#members.filter((member) => {
      const range = this.#reads(member);
      return member !== this.#node && range !== null && includes(range, version);
    });
    return ownerOf(shard, readers);
  }
}
