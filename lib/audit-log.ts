import { sql, type Kysely } from 'kysely';
import type { AuditEntry, AuditQuery } from './contract/support.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { Schema } from './db/schema.ts';
import { uuidToKey } from './uuid.ts';

interface Row {
  readonly entry_id: string;
  readonly occurred_at: Date;
  readonly action: string;
  readonly actor_id: string;
  readonly actor_roles: AuditEntry['actor_roles'];
  readonly game_id: string | null;
  readonly details: AuditEntry['details'];
}

const TABLES = { library: 'library_audit_log', achievements: 'achievement_audit_log' } as const;

/**
 * A page of what was changed of a user's data, latest first. The ids of entries rise with their time (UUID version 7),
 * so the primary key is the order.
 *
 * @throws LibraryError VALIDATION_ERROR for a cursor of another list
 */
export async function auditPage(
  db: Kysely<Schema>,
  { user_id, log, cursor, limit }: AuditQuery,
): Promise<{ readonly items: AuditEntry[]; readonly next_cursor: string | null }> {
  const before = cursor === undefined ? null : decodeCursor(cursor, isPositionIn(log))[1];
  const more = log === 'achievements' ? sql`, achievement_id, reason` : sql``;
  const { rows } = await sql<Row & { achievement_id?: string; reason?: string | null }>`
    SELECT entry_id, occurred_at, action, actor_id, actor_roles, game_id, details ${more}
    FROM ${sql.table(TABLES[log])}
    WHERE user_id = ${user_id} AND (${before}::uuid IS NULL OR entry_id < ${before}::uuid)
    ORDER BY entry_id DESC LIMIT ${limit + 1}`.execute(db);
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items: items.map(({ occurred_at, achievement_id, reason, details, ...entry }) => ({
      entry_id: entry.entry_id,
      occurred_at: occurred_at.toISOString(),
      action: entry.action,
      actor_id: entry.actor_id,
      actor_roles: entry.actor_roles,
      game_id: entry.game_id,
      details: {
        ...(achievement_id === undefined ? {} : { achievement_id }),
        ...(reason === undefined || reason === null ? {} : { reason }),
        ...details,
      },
    })),
    next_cursor: rows.length > limit && last !== undefined ? encodeCursor([log, last.entry_id]) : null,
  };
}

function isPositionIn(log: string): (parts: unknown) => parts is readonly [string, string] {
  return (parts): parts is readonly [string, string] =>
    Array.isArray(parts) && parts.length === 2 && parts[0] === log && uuidToKey(String(parts[1])) !== null;
}
