import { sql, type Kysely } from 'kysely';
import type { HeldRow } from './mark-missing.ts';
import type { Schema } from '../../db/schema.ts';

/** Below and above every id. */
const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** What is to be compared: ids above `after` (null: all), up to `end` (null: to the last). */
export interface Slice {
  readonly after: string | null;
  readonly end: string | null;
  readonly limit: number;
}

export interface RowsBeside {
  /** Object rows of the slice, in the order of their ids, `limit` at most. */
  readonly held: readonly HeldRow[];
  /** Those of the listed ids that no row speaks of: no object, no upload, no garbage. */
  readonly strays: readonly string[];
}

type Row =
  | { readonly stray: true; readonly object_id: string }
  | {
      readonly stray: false;
      readonly object_id: string;
      readonly user_id: string;
      readonly size_bytes: number;
      readonly sha256: string;
      readonly missing: boolean;
    };

/** Both of one snapshot, for a confirmation makes an upload's row an object's, and a removal makes that one garbage. */
export async function rowsBeside(
  db: Kysely<Schema>,
  { after, end, limit }: Slice,
  listed: readonly string[],
): Promise<RowsBeside> {
  const { rows } = await sql<Row>`
    (SELECT false AS stray, object_id, user_id, size_bytes, encode(sha256, 'hex') AS sha256,
       missing_since IS NOT NULL AS missing
     FROM savegame_objects
     WHERE object_id > ${after ?? FIRST_ID}::uuid AND object_id <= ${end ?? LAST_ID}::uuid
     ORDER BY object_id LIMIT ${limit})
    UNION ALL
    SELECT true, l.id, NULL, NULL, NULL, NULL
    FROM unnest(${listed}::uuid[]) AS l (id)
    WHERE NOT EXISTS (SELECT FROM savegame_objects o WHERE o.object_id = l.id)
      AND NOT EXISTS (SELECT FROM savegame_uploads u WHERE u.upload_id = l.id)
      AND NOT EXISTS (SELECT FROM savegame_garbage g WHERE g.object_id = l.id)
    ORDER BY object_id`.execute(db);
  return {
    held: rows.flatMap((row) =>
      row.stray
        ? []
        : [
            {
              userId: row.user_id,
              objectId: row.object_id,
              sizeBytes: row.size_bytes,
              sha256: row.sha256,
              missing: row.missing,
            },
          ],
    ),
    strays: rows.flatMap((row) => (row.stray ? [row.object_id] : [])),
  };
}
