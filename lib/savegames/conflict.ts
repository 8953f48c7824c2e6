import type { SaveVersion } from '../contract/savegames.ts';
import { LibraryError } from '../errors.ts';

/**
 * Why a save cannot become the head: another device's did since, the device never synchronised what is there, or there
 * is nothing (any more) that it could have been made from.
 */
export type ConflictReason = 'head_moved' | 'no_baseline' | 'deleted';

/** The save that was sent; all members as in a {@link SaveVersion}. */
export interface LocalSave extends Pick<
  SaveVersion,
  'size_bytes' | 'sha256' | 'device_id' | 'base_version' | 'label' | 'client_saved_at'
> {
  /** The side version that it is kept as; null: it is not in the cloud. */
  readonly version: number | null;
}

/** A change that was made for another head than the slot has. */
export interface Conflict {
  readonly gameId: string;
  readonly slot: string;
  /** What the slot is at; null: it is deleted, or there is none. */
  readonly cloud: SaveVersion | null;
  /** Null: no save was sent, for the change is a decision about those that are there. */
  readonly local: LocalSave | SaveVersion | null;
  /** The head that the change is about; null: none. */
  readonly baseVersion: number | null;
}

/**
 * Whether a save, or a decision, fits what the slot is at (S2). No base is a base like any other: it fits where there is
 * no head.
 *
 * @param headVersion null: deleted, or there is no such slot
 * @returns null: it fits
 */
export function conflictOf(baseVersion: number | null, headVersion: number | null): ConflictReason | null {
  if (baseVersion === headVersion) return null;
  if (headVersion === null) return 'deleted';
  return baseVersion === null ? 'no_baseline' : 'head_moved';
}

const DETAILS: Readonly<Record<ConflictReason, string>> = {
  head_moved: 'Another save became the head of the slot since',
  no_baseline: 'The slot has a save that this one does not follow',
  deleted: 'The slot was deleted since',
};

/** The 409 that holds everything it takes to go on: both saves, and what can be done (S4). */
export function savegameConflict({ gameId, slot, cloud, local, baseVersion }: Conflict): LibraryError {
  const reason = conflictOf(baseVersion, cloud?.version ?? null);
  if (reason === null) throw new TypeError('a save that fits is no conflict');
  return new LibraryError('SAVEGAME_CONFLICT', DETAILS[reason], {
    reason,
    game_id: gameId,
    slot,
    cloud,
    local,
    base_version: baseVersion,
    choices: cloud === null ? ['local', 'cloud'] : ['local', 'cloud', 'both'],
  });
}
