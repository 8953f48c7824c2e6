import type { Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';

/** How one comes by a game that one may lend: what is borrowed or subscribed to is not lent. */
export const LENDABLE_SOURCES = ['purchase', 'gift'] as const;

/**
 * The owners who lend the game to the user now; the longest-standing first, so that the order stays the same from one
 * question to the next.
 */
export async function lendersOf(db: Kysely<Schema>, borrowerId: string, gameId: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('family_sharing_links as link')
    .innerJoin('user_libraries as owned', 'owned.user_id', 'link.other_id')
    .select('link.other_id')
    .where('link.user_id', '=', borrowerId)
    .where('link.role', '=', 'borrows')
    .where('link.status', '=', 'active')
    .where('owned.game_id', '=', gameId)
    .where('owned.revoked_at', 'is', null)
    .where('owned.source', 'in', LENDABLE_SOURCES)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('family_exclusions as excluded')
            .select('excluded.game_id')
            .whereRef('excluded.user_id', '=', 'link.other_id')
            .where('excluded.game_id', '=', gameId),
        ),
      ),
    )
    .orderBy('link.accepted_at')
    .orderBy('link.other_id')
    .execute();
  return rows.map(({ other_id }) => other_id);
}
