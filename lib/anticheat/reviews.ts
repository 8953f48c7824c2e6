/** Whose play is to be looked at, and when. */
import { sql, type Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';

/** What happens within this time is looked at together, and by then PostgreSQL has what was played. */
export const REVIEW_DELAY_MS = 600_000;

/** Events that a user's play may look different after. */
const TELLING: ReadonlySet<string> = new Set([
  'library.playtime.session.ended',
  'library.achievement.unlocked',
  'library.achievement.progress',
]);

/**
 * Has the play of these users looked at; of those who wait already, nothing changes. Who is being erased is left out.
 *
 * @param now ms since the Unix epoch
 */
export async function queueReviews(db: Kysely<Schema>, userIds: readonly string[], now: number): Promise<void> {
  await sql`
    INSERT INTO play_reviews (user_id, due_at)
    SELECT u.user_id, ${new Date(now + REVIEW_DELAY_MS)}::timestamptz FROM unnest(${userIds}::uuid[]) AS u (user_id)
    WHERE NOT EXISTS (SELECT FROM erasures WHERE user_digest = sha256(uuid_send(u.user_id)))
    ORDER BY u.user_id
    ON CONFLICT (user_id) DO NOTHING`.execute(db);
}

/**
 * Collects users until they are written down together. What is lost with its process is made good by the next event of the
 * same user: a review looks back over two weeks.
 */
export class ReviewMarks {
  readonly #limit: number;
  #users = new Set<string>();

  /** @param limit users it holds at most, while the database is away */
  constructor(limit = 50_000) {
    this.#limit = limit;
  }

  gather(events: readonly { readonly user_id: string; readonly event_type: string }[]): void {
    for (const { user_id, event_type } of events) {
      if (TELLING.has(event_type) && this.#users.size < this.#limit) this.#users.add(user_id);
    }
  }

  /** Hands over who was collected; `write` rejecting, they are kept for the next time. */
  async write(write: (userIds: readonly string[]) => Promise<void>): Promise<void> {
    const users = this.#users;
    if (users.size === 0) return;
    this.#users = new Set();
    try {
      await write([...users]);
    } catch (error) {
      for (const user of users) if (this.#users.size < this.#limit) this.#users.add(user);
      throw error;
    }
  }
}
