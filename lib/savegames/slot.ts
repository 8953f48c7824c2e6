import type { Kysely, Selectable } from 'kysely';
import { MAX_SLOTS } from '../contract/savegames.ts';
import type { SavegameTables } from '../db/schema/savegames.ts';
import type { Schema } from '../db/schema.ts';
import { LibraryError } from '../errors.ts';
import { selectVersions, type VersionRow } from './shown.ts';

/** A slot of some user. */
export interface SlotName {
  readonly game_id: string;
  readonly slot: string;
}

export type SlotRow = Pick<
  Selectable<SavegameTables['savegame_metadata']>,
  'head_version' | 'deleted_version' | 'deleted_at'
>;

/** Null: there is none, nor a deleted one. */
export async function findSlot(
  db: Kysely<Schema>,
  userId: string,
  { game_id, slot }: SlotName,
): Promise<SlotRow | null> {
  const row = await db
    .selectFrom('savegame_metadata')
    .select(['head_version', 'deleted_version', 'deleted_at'])
    .where('user_id', '=', userId)
    .where('game_id', '=', game_id)
    .where('slot', '=', slot)
    .executeTakeFirst();
  return row ?? null;
}

/** @throws LibraryError NOT_FOUND */
export async function mustHaveSlot(db: Kysely<Schema>, userId: string, name: SlotName): Promise<SlotRow> {
  const row = await findSlot(db, userId, name);
  if (row === null) throw new LibraryError('NOT_FOUND', 'There is no such slot');
  return row;
}

/** @throws LibraryError NOT_FOUND when it is not, or no longer, kept */
export async function mustHaveVersion(
  db: Kysely<Schema>,
  userId: string,
  { game_id, slot }: SlotName,
  version: number,
): Promise<VersionRow> {
  const row = await selectVersions(db, userId)
    .where('v.game_id', '=', game_id)
    .where('v.slot', '=', slot)
    .where('v.version', '=', version)
    .executeTakeFirst();
  if (row === undefined) throw new LibraryError('NOT_FOUND', 'The slot has no such version', { version });
  return row;
}

/** @throws LibraryError SAVEGAME_LOST */
export function mustBeInStore({ version, missing_since }: Pick<VersionRow, 'version' | 'missing_since'>): void {
  if (missing_since === null) return;
  throw new LibraryError('SAVEGAME_LOST', `The file of version ${version} is lost; operators know of it`, { version });
}

/**
 * For one more slot, or one that comes back; within a transaction that holds the account.
 *
 * @throws LibraryError QUOTA_EXCEEDED
 */
export async function mustHaveRoomForSlot(db: Kysely<Schema>, userId: string, gameId: string): Promise<void> {
  const { slots } = await db
    .selectFrom('savegame_metadata')
    .select(({ fn }) => fn.countAll<number>().as('slots'))
    .where('user_id', '=', userId)
    .where('game_id', '=', gameId)
    .where('deleted_at', 'is', null)
    .executeTakeFirstOrThrow();
  if (slots < MAX_SLOTS) return;
  throw new LibraryError('QUOTA_EXCEEDED', `The game has ${MAX_SLOTS} slots already`, { limit: MAX_SLOTS });
}
