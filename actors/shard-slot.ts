import type { Shard } from './shard.ts';

/** A shard that this node does not serve. */
export interface Absent {
  readonly at: 'absent';
  /** Not acquired before then unless somebody asks for it. */
  readonly eagerAt: number;
  /** Not acquired at all before then: it was just fenced, or could not be loaded. */
  readonly blockedUntil: number;
  /** Who fenced us, or stands in for us; null when that is not why it is blocked. */
  readonly elsewhere: string | null;
  /** Why its checkpoints cannot be read; null when that is not why it is blocked. */
  readonly unreadable: string | null;
}

/** What a node has of a shard; the states are drawn in `shard-ownership.ts`. */
export type Slot =
  | Absent
  | { readonly at: 'loading' }
  /** `guestUntil`: until when a shard stays that was taken for its owner. */
  | { readonly at: 'active'; readonly shard: Shard; readonly guestUntil: number }
  | { readonly at: 'sealed'; readonly successor: string | null };

export const FREE: Absent = { at: 'absent', eagerAt: 0, blockedUntil: 0, elsewhere: null, unreadable: null };
