import type { SqlExecutor } from '../db/database.ts';
import type { SaveStore } from '../ports/save-store.ts';

/** Rows asked for in one statement. */
const BATCH = 1_000;

interface Row {
  readonly object_id: string;
  readonly size_bytes: number;
}

/** Ids of the objects that the database speaks of and the store does not have, or not of that size. Ascending. */
export async function* lostSaves(executor: SqlExecutor, store: SaveStore): AsyncIterable<string> {
  for (let after: string | null = null; ;) {
    const { rows }: { readonly rows: readonly Row[] } = await executor.query<Row>(
      `SELECT object_id, size_bytes FROM savegame_objects
       WHERE $1::uuid IS NULL OR object_id > $1::uuid ORDER BY object_id LIMIT ${BATCH}`,
      [after],
    );
    for (const { object_id, size_bytes } of rows) {
      const stored = await store.describe(object_id);
      if (stored?.sizeBytes !== size_bytes) yield object_id;
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < BATCH) return;
    after = last.object_id;
  }
}
