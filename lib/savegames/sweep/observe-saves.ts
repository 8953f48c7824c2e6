import { sql, type Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';

export interface SavesObserved {
  /** Objects still to be removed from the store, due ones; counted up to {@link COUNTED_GARBAGE}. */
  readonly garbage: number;
  /** How long the oldest of them has been due, ms. */
  readonly garbageAgeMs: number;
  /** Objects that the store has lost. */
  readonly missing: number;
}

export const COUNTED_GARBAGE = 100_000;

/** @param now ms since the Unix epoch */
export async function observeSaves(db: Kysely<Schema>, now: number): Promise<SavesObserved> {
  const at = new Date(now);
  const { rows } = await sql<{ garbage: number; oldest: Date | null; missing: number }>`
    SELECT
      (SELECT count(*)::integer FROM (
        SELECT FROM savegame_garbage WHERE due_at <= ${at} LIMIT ${sql.lit(COUNTED_GARBAGE)}) AS counted) AS garbage,
      (SELECT min(due_at) FROM savegame_garbage WHERE due_at <= ${at}) AS oldest,
      (SELECT count(*)::integer FROM savegame_objects WHERE missing_since IS NOT NULL) AS missing`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new TypeError('a select of counts returned no row');
  const { garbage, oldest, missing } = row;
  return { garbage, garbageAgeMs: oldest === null ? 0 : now - oldest.getTime(), missing };
}
