import type { Kysely } from 'kysely';
import { lockLink } from './family-locks.ts';
import { linkOf, putLink } from './links.ts';
import { settleBorrowed } from './settle-borrowed.ts';
import type { Schema } from '../db/schema.ts';
import { DEMO_MEMBER_ID, DEMO_USER_ID } from '../library/demo-user.ts';
import { SAMPLE_GAMES } from '../library/sample-catalog.ts';

const DAY_MS = 86_400_000;

/** Number in the sample catalogue, of a game that the demo user has. */
const EXCLUDED = 2;

/**
 * Makes the second demo user a member of the first one's family, with one game that is not shared; once: a member who
 * ever had a game is left as it is.
 *
 * @param now ms since the Unix epoch
 */
export async function loadDemoFamily(db: Kysely<Schema>, now: number): Promise<void> {
  const pair = { ownerId: DEMO_USER_ID, memberId: DEMO_MEMBER_ID };
  await db.transaction().execute(async (transaction) => {
    await lockLink(transaction, DEMO_USER_ID, DEMO_MEMBER_ID);
    const had = await transaction
      .selectFrom('user_libraries')
      .select('game_id')
      .where('user_id', '=', DEMO_MEMBER_ID)
      .limit(1)
      .executeTakeFirst();
    if (had !== undefined || (await linkOf(transaction, pair)) !== undefined) return;
    await transaction
      .insertInto('family_exclusions')
      .values({ user_id: DEMO_USER_ID, game_id: SAMPLE_GAMES[EXCLUDED]!.id, excluded_at: new Date(now) })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const invited_at = new Date(now - 2 * DAY_MS);
    const accepted_at = new Date(now - DAY_MS);
    await putLink(transaction, pair, { status: 'active', invited_at, accepted_at, ended_at: null });
    // Nobody has asked for either's pages yet: there is nothing to tell.
    await settleBorrowed(transaction, [DEMO_MEMBER_ID], null, now);
  });
}
