import type { Kysely } from 'kysely';
import type { Achievement } from './definition.ts';
import type { Schema } from '../db/schema.ts';
import { LibraryError } from '../errors.ts';
import type { UserActor } from '../playtime/user-actor.ts';
import { mustUuidKey } from '../uuid.ts';

/** Who reports: the user's own launcher, or a service of the platform, which is taken at its word. */
export type Reporter =
  { readonly kind: 'player'; readonly actor: Pick<UserActor, 'held'> } | { readonly kind: 'service' };

/** A launcher may report for so long after a session ended: it may have waited for the network, or ended first. */
export const RECENT_SESSION_MS = 10 * 60_000;
/** No session runs longer without a restart of its launcher; bounds the look into the history. */
const LONGEST_SESSION_MS = 7 * 86_400_000;

/** @throws LibraryError ACHIEVEMENT_SERVER_AUTHORITATIVE */
export function mustBeReportedBy(reporter: Reporter, { authority }: Achievement): void {
  if (reporter.kind === 'player' && authority === 'server') {
    throw new LibraryError(
      'ACHIEVEMENT_SERVER_AUTHORITATIVE',
      'Only services of the platform may report this achievement',
    );
  }
}

/**
 * A player reports from play: the user's actor must hold a session of the game that runs or ended lately. Sessions that
 * it has forgotten, as it does soon after they ended, stand in the history.
 *
 * @param now ms since the Unix epoch
 * @throws LibraryError ACHIEVEMENT_NEEDS_SESSION, UNAVAILABLE
 */
export async function mustBePlaying(
  { db, userId, now }: { readonly db: Kysely<Schema>; readonly userId: string; readonly now: number },
  reporter: Reporter,
  gameId: string,
): Promise<void> {
  if (reporter.kind === 'service') return;
  const since = now - RECENT_SESSION_MS;
  const game = mustUuidKey(gameId);
  const held = await reporter.actor.held();
  if (held.some((session) => session.gameId === game && (session.ended === null || session.ended.at >= since))) return;
  const recent = await db
    .selectFrom('playtime_sessions')
    .select('session_id')
    .where('user_id', '=', userId)
    .where('started_at', '>=', new Date(now - LONGEST_SESSION_MS))
    .where('game_id', '=', gameId)
    .where('ended_at', '>=', new Date(since))
    .where('offline', '=', false)
    .limit(1)
    .executeTakeFirst();
  if (recent !== undefined) return;
  throw new LibraryError(
    'ACHIEVEMENT_NEEDS_SESSION',
    'The game is not being played, nor was it in the last ten minutes',
    {
      game_id: gameId,
    },
  );
}
