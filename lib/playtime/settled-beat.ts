import type { Kysely } from 'kysely';
import { alreadyEnded, type SettledBeat } from './beats.ts';
import { wholeSeconds } from './days.ts';
import type { BeatReply, EndReply } from '../contract/playtime.ts';
import type { Schema } from '../db/schema.ts';
import { LibraryError } from '../errors.ts';

/**
 * Answers a heartbeat or an end for a session that the engine has forgotten, as the engine would have while it still
 * held it: the last message again gets the stored reply, an older one is ignored, a newer one is refused.
 *
 * @throws LibraryError NOT_FOUND, INVALID_SESSION_OPERATION
 */
export async function settledBeat(
  db: Kysely<Schema>,
  beat: SettledBeat,
  heartbeatIntervalSeconds: number,
): Promise<BeatReply | EndReply> {
  const session = await db
    .selectFrom('playtime_sessions as s')
    .leftJoin('playtime_totals as t', (join) =>
      join.onRef('t.user_id', '=', 's.user_id').onRef('t.game_id', '=', 's.game_id'),
    )
    .select(['s.seq', 's.ms', 's.correction_ms', 's.ended_at', 's.end_reason', 't.ms as total'])
    .where('s.user_id', '=', beat.user_id)
    .where('s.session_id', '=', beat.session_id)
    .where('s.offline', '=', false)
    .executeTakeFirst();
  if (session === undefined) throw new LibraryError('NOT_FOUND', 'There is no such session');
  const { ended_at, end_reason, seq } = session;
  if (ended_at === null || end_reason === null) {
    // The engine lost it with its checkpoint, or passes it from node to node just now: a launcher has to start anew.
    throw new LibraryError('INVALID_SESSION_OPERATION', 'The session is no longer running. Start a new one');
  }
  if (beat.seq > seq) {
    throw alreadyEnded(beat.operation, { ended: { at: ended_at.getTime(), reason: end_reason } });
  }
  const members = {
    session_id: beat.session_id,
    status: 'ended' as const,
    outcome: beat.seq === seq ? ('accepted' as const) : ('ignored' as const),
    seq,
    credited_seconds: wholeSeconds(session.ms + session.correction_ms),
    game_total_seconds: wholeSeconds(session.total ?? 0),
  };
  return beat.operation === 'heartbeat'
    ? { ...members, next_heartbeat_seconds: heartbeatIntervalSeconds, ends_at: null }
    : { ...members, ended_at: ended_at.toISOString(), end_reason };
}
