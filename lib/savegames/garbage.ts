import { CompiledQuery, sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';

/** An object, or parts under way of one, that no row speaks of any more. */
export interface Garbage {
  readonly objectId: string;
  /** Parts under way that are to be given up, too; null: none. */
  readonly partsId: string | null;
}

export interface Removal {
  /** Also what a store with versioning keeps: somebody was erased. */
  readonly everyVersion: boolean;
  /**
   * When the store is to be told, ms since the Unix epoch: not while a signed PUT may still bring the object back.
   */
  readonly dueAt: number;
}

/**
 * Puts objects on the garbage list, within the transaction that forgets their rows (S8). What is on it already stays
 * on it under the stricter of both terms: every version, and the later moment.
 */
export async function throwAway(
  transaction: Transaction<Schema>,
  garbage: readonly Garbage[],
  { everyVersion, dueAt }: Removal,
): Promise<void> {
  if (garbage.length === 0) return;
  await sql`
    INSERT INTO savegame_garbage AS g (object_id, parts_id, every_version, due_at)
    SELECT object_id, parts_id, ${everyVersion}, ${new Date(dueAt)}
    FROM unnest(${garbage.map(({ objectId }) => objectId)}::uuid[], ${garbage.map(({ partsId }) => partsId)}::text[])
      AS t (object_id, parts_id)
    ON CONFLICT (object_id) DO UPDATE SET
      parts_id = coalesce(excluded.parts_id, g.parts_id),
      every_version = g.every_version OR excluded.every_version,
      due_at = GREATEST(g.due_at, excluded.due_at)`.execute(transaction);
}

const FORGET_UNUSED = `
WITH gone AS (
  DELETE FROM savegame_objects o
  WHERE o.user_id = $1 AND o.object_id = ANY ($2::uuid[]) AND NOT EXISTS (
    SELECT FROM savegame_versions v WHERE v.user_id = o.user_id AND v.object_id = o.object_id)
  RETURNING o.object_id, o.size_bytes, o.missing_since
),
charged AS (
  UPDATE savegame_accounts a SET stored_bytes = a.stored_bytes - freed.bytes
  FROM (SELECT coalesce(sum(size_bytes) FILTER (WHERE missing_since IS NULL), 0)::bigint AS bytes FROM gone) AS freed
  WHERE a.user_id = $1 AND freed.bytes > 0
)
INSERT INTO savegame_garbage (object_id, every_version, due_at)
SELECT object_id, false, $3::timestamptz FROM gone
ON CONFLICT (object_id) DO NOTHING`;

/**
 * Forgets those of the objects that no version of the user refers to (any more); their bytes are off the account and
 * on the garbage list. Within a transaction that holds the account, in a statement after the one that deleted versions.
 *
 * @param now ms since the Unix epoch
 */
export async function forgetUnusedObjects(
  transaction: Transaction<Schema>,
  userId: string,
  objectIds: readonly string[],
  now: number,
): Promise<void> {
  if (objectIds.length === 0) return;
  await transaction.executeQuery(CompiledQuery.raw(FORGET_UNUSED, [userId, [...new Set(objectIds)], new Date(now)]));
}
