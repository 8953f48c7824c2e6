import { sql, type Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { Account } from '../ports/account-directory.ts';

/** What Account said of a user, and when, ms since the Unix epoch. */
export interface Profile {
  readonly account: Account;
  readonly fetchedAt: number;
}

/** What Account said of users, in the database: for all nodes, and for the time when Account is away. */
export interface AccountProfiles {
  read(userIds: readonly string[]): Promise<ReadonlyMap<string, Profile>>;
  /** Nothing is kept of users that were erased. */
  keep(accounts: readonly Account[], now: number): Promise<void>;
  /** There is no such account any more. */
  forget(userIds: readonly string[]): Promise<void>;
}

export function accountProfiles(db: Kysely<Schema>): AccountProfiles {
  return {
    async read(userIds) {
      const rows = await db
        .selectFrom('account_profiles')
        .selectAll()
        .where('user_id', 'in', [...userIds])
        .execute();
      return new Map(
        rows.map(({ user_id, display_name, fetched_at }) => [
          user_id,
          { account: { userId: user_id, displayName: display_name }, fetchedAt: fetched_at.getTime() },
        ]),
      );
    },
    async keep(accounts, now) {
      // In one order for everybody, so that two that write at once do not wait for each other in a circle.
      const sorted = [...accounts].sort((a, b) => (a.userId < b.userId ? -1 : 1));
      await sql`
        INSERT INTO account_profiles (user_id, display_name, fetched_at)
        SELECT id, name, ${new Date(now)}::timestamptz
        FROM unnest(${sorted.map(({ userId }) => userId)}::uuid[], ${sorted.map(({ displayName }) => displayName)}::text[])
          AS told (id, name)
        WHERE NOT EXISTS (SELECT FROM erasures WHERE user_digest = sha256(uuid_send(id)))
        ON CONFLICT (user_id) DO UPDATE SET display_name = excluded.display_name, fetched_at = excluded.fetched_at
          WHERE account_profiles.fetched_at < excluded.fetched_at`.execute(db);
    },
    async forget(userIds) {
      await db
        .deleteFrom('account_profiles')
        .where('user_id', 'in', [...userIds])
        .execute();
    },
  };
}

/**
 * Forgets people that nobody asked about for long.
 *
 * @returns how many
 */
export async function purgeAccountProfiles(db: Kysely<Schema>, olderThan: Date): Promise<number> {
  const result = await db.deleteFrom('account_profiles').where('fetched_at', '<', olderThan).executeTakeFirst();
  return Number(result.numDeletedRows);
}
