import { sql, type Kysely } from 'kysely';

/**
 * Who shares games with whom.
 *
 * - A link is two rows, one on each side, written in one transaction: every question begins with a user, so users can be
 *   distributed by their id. Its status is the same on both.
 * - `ended` is a link whose end is not finished yet: live sessions of the member may still run. The row goes when they
 *   do not, so a process that dies in between leaves behind what is to be done; the index finds it.
 * - What a member borrows are rows of `user_libraries` with the source `family`, derived from the links. Rows that were
 *   granted by hand with that source become gifts: nobody lends them, and they must not be taken away.
 * - The index on the audit log finds, when a user is erased, where others' entries name the user.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    CREATE TABLE family_sharing_links (
      user_id uuid NOT NULL,
      role text NOT NULL CHECK (role IN ('lends', 'borrows')),
      other_id uuid NOT NULL CHECK (other_id <> user_id),
      status text NOT NULL CHECK (status IN ('invited', 'active', 'ended')),
      invited_at timestamptz NOT NULL,
      accepted_at timestamptz,
      ended_at timestamptz,
      PRIMARY KEY (user_id, role, other_id)
    )`.execute(db);
  await sql`
    CREATE INDEX family_sharing_links_ended ON family_sharing_links (ended_at)
      WHERE status = 'ended' AND role = 'lends'`.execute(db);
  await sql`
    CREATE TABLE family_exclusions (
      user_id uuid NOT NULL,
      game_id uuid NOT NULL,
      excluded_at timestamptz NOT NULL,
      PRIMARY KEY (user_id, game_id)
    )`.execute(db);
  await sql`UPDATE user_libraries SET source = 'gift' WHERE source = 'family'`.execute(db);
  await sql`
    CREATE INDEX library_audit_log_other ON library_audit_log ((details ->> 'other_id'))
      WHERE details ->> 'other_id' IS NOT NULL`.execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql`DROP INDEX library_audit_log_other`.execute(db);
  // Nobody lends any more, and without the links nobody could tell what is still lent.
  await sql`UPDATE user_libraries SET revoked_at = now() WHERE source = 'family' AND revoked_at IS NULL`.execute(db);
  await sql`DROP TABLE family_exclusions, family_sharing_links`.execute(db);
}
