import { CompiledQuery, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { SavesContext } from './account.ts';
import { forgetUnusedObjects } from './garbage.ts';
import { effectiveSyncSettings } from './sync-settings.ts';

/**
 * Versions `v` of a slot that nothing keeps for their own sake (S3): not pinned, no open conflict, no retention that
 * still runs. Whether they are the head or recent is another question.
 *
 * @param now an SQL expression
 */
export const keptByNothing = (now: string): string => `(
  NOT v.pinned AND NOT (v.side AND v.settled_at IS NULL) AND (v.kept_until IS NULL OR v.kept_until <= ${now}))`;

/**
 * The highest version number of a slot that is not among its `newest`; null when it has no more than these. All three
 * SQL expressions; `newest` a number.
 */
export const newestPast = (userId: string, gameId: string, slot: string, newest: string): string => `(
  SELECT r.version FROM savegame_versions r WHERE r.user_id = ${userId} AND r.game_id = ${gameId} AND r.slot = ${slot}
  ORDER BY r.version DESC OFFSET ${newest} LIMIT 1)`;

const TRIM = `
DELETE FROM savegame_versions v
USING savegame_metadata m
WHERE m.user_id = $1 AND m.game_id = $2 AND m.slot = $3 AND m.deleted_at IS NULL
  AND v.user_id = $1 AND v.game_id = $2 AND v.slot = $3 AND v.version <> m.head_version
  AND v.version <= ${newestPast('$1', '$2', '$3', '$4::integer')} AND ${keptByNothing('$5::timestamptz')}
RETURNING v.object_id`;

/**
 * Deletes versions of the slot that nothing keeps (S3), and what only they referred to. Deleted slots are left alone.
 * Within a transaction that holds the account, after everything else that it does to the slot.
 */
export async function trimSlot(
  transaction: Transaction<Schema>,
  { userId, now, rules }: SavesContext,
  gameId: string,
  slot: string,
): Promise<void> {
  const { keepVersions } = await effectiveSyncSettings(transaction, userId, gameId, rules);
  const parameters = [userId, gameId, slot, keepVersions, new Date(now)];
  const { rows } = await transaction.executeQuery<{ object_id: string }>(CompiledQuery.raw(TRIM, parameters));
  const objectIds = rows.map(({ object_id }) => object_id);
  await forgetUnusedObjects(transaction, userId, objectIds, now);
}
