/**
 * What is to be done about a save: a three-way comparison of what is here, what was last synchronised, and what the cloud
 * has. No clock takes part, for clocks of devices are wrong; no guess does, for a missing baseline is no agreement.
 */

/** What the device remembers of the slot. */
export interface Baseline {
  /** The version it last synchronised with; null: none yet, or the slot had been deleted. */
  readonly version: number | null;
  /** The content that was here then, and is safe in the cloud since; null: none. */
  readonly sha256: string | null;
}

/** What the slot is at in the cloud. */
export interface Head {
  readonly version: number;
  readonly sha256: string;
}

export interface Situation {
  /** SHA-256 of what is here now; null: no file at all. */
  readonly local: string | null;
  readonly baseline: Baseline;
  /** Null: nothing was ever saved to the slot, or it was deleted. */
  readonly head: Head | null;
}

export type Decision =
  | { readonly kind: 'in-step' }
  /** The same content on both sides, by whatever way it came there: only the baseline has to follow. */
  | { readonly kind: 'adopt'; readonly head: Head }
  /** The slot was deleted, and nothing here is newer: what is here stays, and goes up again once it changes. */
  | { readonly kind: 'accept-deletion' }
  /** As the next head: the cloud is at the baseline. */
  | { readonly kind: 'upload' }
  | { readonly kind: 'download'; readonly head: Head }
  | { readonly kind: 'conflict'; readonly head: Head | null };

/**
 * - D1  Content that is not known to be in the cloud is never replaced: only an unchanged or absent one is.
 * - D2  A save is announced only on the version that the device knows; the service refuses it when that moved since.
 * - D3  Once carried out, the same question is answered with `in-step`.
 */
export function decide({ local, baseline, head }: Situation): Decision {
  // An empty folder is a game that was just installed, or a player who wants the save back: never a save of its own.
  if (local === null) return head === null ? { kind: 'in-step' } : { kind: 'download', head };
  const here = local === baseline.sha256 ? 'unchanged' : 'changed';
  const cloud = (head?.version ?? null) === baseline.version ? 'unchanged' : 'changed';
  if (here === 'unchanged' && cloud === 'unchanged') return { kind: 'in-step' };
  if (head?.sha256 === local) return { kind: 'adopt', head };
  if (cloud === 'unchanged') return { kind: 'upload' };
  if (here === 'changed') return { kind: 'conflict', head };
  return head === null ? { kind: 'accept-deletion' } : { kind: 'download', head };
}
