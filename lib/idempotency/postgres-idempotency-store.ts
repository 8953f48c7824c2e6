import { sql, type Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { Begun, IdempotencyStore, KeyUse } from '../http/idempotency.ts';
import type { Clock } from '../ports/clock.ts';

/** A request that has not been answered by then never will be: its process died. Above every request's deadline. */
export const IN_PROGRESS_MS = 60_000;
/** Above this many rows of a run, the rest is left to the next. */
const PURGE_ROWS = 10_000;

/**
 * The replies of Idempotency-Keys in PostgreSQL. The row is the lock: whoever inserts it, or takes over one that has
 * expired, does the work; everybody else finds it.
 */
export function postgresIdempotencyStore(db: Kysely<Schema>, clock: Clock, retentionMs: number): IdempotencyStore {
  const mine = (use: KeyUse) =>
    sql<boolean>`user_id = ${use.userId} AND key = ${use.key} AND fingerprint = ${use.fingerprint} AND status IS NULL`;

  return {
    async begin(use) {
      for (;;) {
        const now = clock.now();
        if (await inserted(db, use, now)) return { state: 'new' };
        const begun = await found(db, use);
        if (begun !== null) return begun;
        // It was abandoned or purged between the two looks: try again.
      }
    },
    async finish(use, status, body) {
      await db
        .updateTable('idempotency_keys')
        .set({ status, reply: body, expires_at: new Date(clock.now() + retentionMs) })
        .where(mine(use))
        .execute();
    },
    async abandon(use) {
      await db.deleteFrom('idempotency_keys').where(mine(use)).execute();
    },
  };
}

async function inserted(db: Kysely<Schema>, use: KeyUse, now: number): Promise<boolean> {
  const fresh = { fingerprint: use.fingerprint, status: null, reply: null, expires_at: new Date(now + IN_PROGRESS_MS) };
  const row = await db
    .insertInto('idempotency_keys')
    .values({ user_id: use.userId, key: use.key, ...fresh })
    .onConflict((conflict) =>
      conflict.columns(['user_id', 'key']).doUpdateSet(fresh).where('idempotency_keys.expires_at', '<=', new Date(now)),
    )
    .returning('user_id')
    .executeTakeFirst();
  return row !== undefined;
}

async function found(db: Kysely<Schema>, use: KeyUse): Promise<Begun | null> {
  const row = await db
    .selectFrom('idempotency_keys')
    .select(['fingerprint', 'status', 'reply'])
    .where('user_id', '=', use.userId)
    .where('key', '=', use.key)
    .executeTakeFirst();
  if (row === undefined) return null;
  if (row.fingerprint !== use.fingerprint) return { state: 'mismatch' };
  if (row.status === null) return { state: 'in_progress' };
  return { state: 'replay', status: row.status, body: row.reply ?? '' };
}

/**
 * Removes expired keys, a bounded number of them.
 *
 * @param now ms since the Unix epoch
 * @returns how many were removed.
 */
export async function purgeIdempotencyKeys(db: Kysely<Schema>, now: number): Promise<number> {
  const result = await db
    .deleteFrom('idempotency_keys')
    .where(
      sql<boolean>`(user_id, key) IN (
        SELECT user_id, key FROM idempotency_keys WHERE expires_at <= ${new Date(now)}
        ORDER BY expires_at LIMIT ${sql.lit(PURGE_ROWS)}
      )`,
    )
    // Taken over meanwhile: no longer expired.
    .where('expires_at', '<=', new Date(now))
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
