import { sql, type Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';

/** After which id the audit goes on; null: from the first. */
export async function auditPosition(db: Kysely<Schema>): Promise<string | null> {
  const row = await db.selectFrom('savegame_audit_position').select('after_id').executeTakeFirst();
  return row?.after_id ?? null;
}

/** Unless another sweeper moved it meanwhile: then both did the same slice, which harms nobody. */
export async function moveAudit(
  db: Kysely<Schema>,
  { from, to, now }: { readonly from: string | null; readonly to: string | null; readonly now: number },
): Promise<void> {
  await sql`
    INSERT INTO savegame_audit_position AS p (after_id, moved_at) VALUES (${to}::uuid, ${new Date(now)})
    ON CONFLICT (only_row) DO UPDATE SET after_id = excluded.after_id, moved_at = excluded.moved_at
    WHERE p.after_id IS NOT DISTINCT FROM ${from}::uuid`.execute(db);
}
