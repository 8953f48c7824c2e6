/**
 * Erasing a user: the account is gone, and so is everything that the library knows.
 *
 *   remembered --> actor forgets --> families end --> tables emptied --> others' logs forget
 *     --> (ERASURE_SETTLES_MS later) once more --> only a digest is left
 *
 * The second pass is for what was already under way when the first one came: a request whose transaction had begun, a
 * flush of unknown outcome. From the moment the erasure is remembered, no transaction that changes the user's data
 * commits (`raiseRevisions`), and no session can start, for access is gone. Each step is safe to repeat.
 */
import { sql, type Kysely, type Transaction } from 'kysely';
import { forgetAchievements, holdLibrary } from '../achievements/forget-achievements.ts';
import type { Schema } from '../db/schema.ts';
import { forgetInLogs, holdLog } from './forget-in-logs.ts';
import { laneOf } from '../events/lane.ts';
import { forgetFamily } from '../family/forget-family.ts';
import { lockCategories } from '../library/categories-of-game.ts';
import { USER_TABLES } from '../library/user-tables.ts';
import type { UserActor } from '../playtime/user-actor.ts';
import type { SaveRules } from '../savegames/account.ts';
import { forgetSaves, SAVE_TABLES } from '../savegames/forget-saves.ts';
import { lockWishlist } from '../wishlist/list-lock.ts';

/** Longer than any request or statement of ours may take. */
export const ERASURE_SETTLES_MS = 300_000;

export interface Erasing {
  readonly db: Kysely<Schema>;
  readonly saves: Pick<SaveRules, 'urlSeconds'>;
  /** Ms since the Unix epoch. */
  readonly now: number;
}

/** The actors of the user and of whoever borrows from the user. */
export type ErasedActorOf = (userId: string) => Pick<UserActor, 'erase' | 'held' | 'revoke'>;

/** One pass: the actor first, so that nothing it holds is written again, then what others have by the user, then the tables. */
export async function eraseUser(erasing: Erasing, actorOf: ErasedActorOf, userId: string): Promise<void> {
  await actorOf(userId).erase();
  await forgetFamily(erasing.db, actorOf, userId, erasing.now);
  await erasing.db.transaction().execute((transaction) => emptyTables(transaction, erasing, userId));
  await forgetInLogs(erasing.db, userId);
}

/**
 * The second pass over users erased long enough ago, and the end of their ids here. Returns how many it finished.
 *
 * @throws AggregateError when some failed; the others are finished all the same
 */
export async function finishErasures(erasing: Erasing, actorOf: ErasedActorOf, limit = 100): Promise<number> {
  const { db, now } = erasing;
  const due = await db
    .selectFrom('erasures')
    .select(['user_digest', 'user_id'])
    .where('user_id', 'is not', null)
    .where('erased_at', '<', new Date(now - ERASURE_SETTLES_MS))
    .orderBy('erased_at')
    .limit(limit)
    .execute();
  const failures: unknown[] = [];
  for (const { user_digest, user_id } of due) {
    if (user_id === null) continue;
    try {
      await eraseUser(erasing, actorOf, user_id);
      await db.updateTable('erasures').set({ user_id: null }).where('user_digest', '=', user_digest).execute();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} erasures are still unfinished`);
  return due.length;
}

/** What remembers the erasure, what the actor has emptied already, and what is found by the lane, or comes behind that. */
const SPARED = ['erasures', 'checkpoint_records', 'outbox_events', 'recent_news'];

/*
 * Tables are emptied in the order in which everybody else takes their rows, so that nobody waits for an erasure in a
 * circle: wishes as those who tell of discounts, sessions and totals as flushes do; then what stands behind the library's
 * rows, and saves, under their own lock; then the counters, which are shared with strangers; then the revision, and behind
 * it the days and months, which a flush writes at its very end, for nothing in it asks for them.
 */
const BEFORE_LIBRARY = ['wishlists', 'playtime_sessions', 'playtime_totals'];
/** What is counted, and counted off as it goes. */
const COUNTED = ['user_libraries', 'user_achievements'];
const AFTER_COUNTERS = [...COUNTED, 'user_revisions', 'playtime_stats_daily', 'playtime_stats_monthly'];
const BEHIND_LIBRARY = USER_TABLES.map(({ table }) => table).filter(
  (table) => ![...SPARED, ...BEFORE_LIBRARY, ...AFTER_COUNTERS, ...SAVE_TABLES].includes(table),
);

async function emptyTables(transaction: Transaction<Schema>, { saves, now }: Erasing, userId: string): Promise<void> {
  const empty = async (tables: readonly string[]): Promise<void> => {
    for (const table of tables) {
      await sql`DELETE FROM ${sql.table(table)} WHERE user_id = ${userId}::uuid`.execute(transaction);
    }
  };
  await lockCategories(transaction, userId);
  await lockWishlist(transaction, userId);
  await empty(BEFORE_LIBRARY);
  await holdLibrary(transaction, userId);
  await holdLog(transaction, userId);
  await empty(BEHIND_LIBRARY);
  await forgetSaves(transaction, userId, saves, now);
  await forgetAchievements(transaction, userId);
  await empty(AFTER_COUNTERS);
  await transaction
    .deleteFrom('outbox_events')
    .where('lane', '=', laneOf(userId))
    .where('user_id', '=', userId)
    .execute();
  // Behind the outbox, from where a relay may have been moving them.
  await empty(['recent_news']);
  // The embedded event bus keeps what it carried; Kafka's own retention is the platform's business.
  await transaction.deleteFrom('bus_messages').where('key', '=', userId).execute();
}
