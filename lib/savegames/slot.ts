import { sql, type Kysely, type Selectable } from 'kysely';
import { MAX_SLOTS, type SaveSlot } from '../contract/savegames.ts';
import type { SavegameTables } from '../db/schema/savegames.ts';
import type { Schema } from '../db/schema.ts';
import { LibraryError } from '../errors.ts';
import type { SaveRules, SavesContext } from './account.ts';
import { selectVersions, shownSlot, type VersionRow } from './shown.ts';

/** A slot of some user. */
export interface SlotName {
  readonly game_id: string;
  readonly slot: string;
}

/** As the database writes it. */
export function slotNamed({ game_id, slot }: SlotName): SlotName {
  return { game_id: game_id.toLowerCase(), slot };
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

/** What the slot is at; null: it is deleted. */
export async function findHead(
  db: Kysely<Schema>,
  userId: string,
  name: SlotName,
  { head_version }: Pick<SlotRow, 'head_version'>,
): Promise<VersionRow | null> {
  return head_version === null ? null : mustHaveVersion(db, userId, name, head_version);
}

/** As the API shows a slot that is known to be there. */
export async function mustShowSlot(
  db: Kysely<Schema>,
  userId: string,
  { game_id, slot }: SlotName,
  rules: SaveRules,
): Promise<SaveSlot> {
  const shown = await shownSlot(db, userId, game_id, slot, rules);
  if (shown === null) throw new TypeError('a slot is gone within a transaction');
  return shown;
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
 * For one more slot, or one that comes back; what is announced counts. Within a transaction that holds the account.
 *
 * @throws LibraryError QUOTA_EXCEEDED
 */
export async function mustHaveRoomForSlot(
  db: Kysely<Schema>,
  { userId, now }: Pick<SavesContext, 'userId' | 'now'>,
  { game_id, slot }: SlotName,
): Promise<void> {
  const { rows } = await sql<{ slots: number }>`
    SELECT count(*) AS slots FROM (
      SELECT slot FROM savegame_metadata
      WHERE user_id = ${userId} AND game_id = ${game_id} AND deleted_at IS NULL
      UNION
      SELECT slot FROM savegame_uploads
      WHERE user_id = ${userId} AND game_id = ${game_id} AND expires_at > ${new Date(now)}
    ) AS others WHERE others.slot <> ${slot}`.execute(db);
  if ((rows[0]?.slots ?? 0) < MAX_SLOTS) return;
  throw new LibraryError('QUOTA_EXCEEDED', `The game has ${MAX_SLOTS} slots already`, { limit: MAX_SLOTS });
}
