import { sql, type Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';

/** More than can have been given out between a backup and the disaster: some 10,000 events a second for a day. */
const EVENTS = 1_000_000_000;
/** Of one user's saves or one game's settings. */
const VERSIONS = 1_000_000;

/**
 * After PostgreSQL was brought back as it was at an earlier time: numbers that were given out since, and that launchers
 * remember, are never given out again for something else.
 *
 * - News: a launcher that goes on from a number would take new news for old ones.
 * - Saves: a device whose last synchronised version was 7 would take another content with the number 7 for its own, and
 *   write over it.
 * - Settings: a write with the ETag of a version that is gone would pass for one that knows the present version.
 *
 * Run it once: each run leaves a gap, and nothing else.
 */
export async function skipNumbers(db: Kysely<Schema>): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await sql`SET LOCAL statement_timeout = 0`.execute(transaction);
    await sql`
      SELECT setval(sequence, nextval(sequence) + ${sql.lit(EVENTS)})
      FROM (SELECT pg_get_serial_sequence('outbox_events', 'event_number')::regclass AS sequence) AS of_events`.execute(
      transaction,
    );
    await sql`UPDATE savegame_accounts SET last_version = last_version + ${sql.lit(VERSIONS)}`.execute(transaction);
    await sql`UPDATE game_settings SET version = version + ${sql.lit(VERSIONS)}`.execute(transaction);
  });
}
