import { isUnknown, type BeatExchange, type Exchange } from './exchange.ts';
import { latestEffect, type KnownSession } from './known-sessions.ts';
import { ROUNDING_MS, type RoundHistory, type Rules, type Violation } from './round-history.ts';

/** A beat may be refused only when the session can have ended by then, for the reason that stands in its row. */
export function refusedForAReason(session: KnownSession, { rules, exchanges }: RoundHistory): Violation[] {
  for (const beat of session.beats) {
    if (beat.failure === null || isUnknown(beat) || explains(session, beat, rules, exchanges)) continue;
    const { failure, body } = beat;
    const what = `session ${session.id}, ${beat.op} seq ${body.seq}: ${failure.status} ${failure.code} (${failure.detail})`;
    return [{ invariant: 'refusal unexplained', what }];
  }
  return [];
}

function explains(
  { row, user, game, device, beats }: KnownSession,
  refused: BeatExchange,
  rules: Rules,
  exchanges: readonly Exchange[],
): boolean {
  if (refused.failure?.code !== 'INVALID_SESSION_OPERATION') return false;
  switch (row?.endReason) {
    case 'ended':
      return beats.some(({ op, calledAt }) => op === 'end' && calledAt < refused.returnedAt);
    case 'timeout':
      return refused.returnedAt - row.lastBeatAt >= rules.sessionTimeoutMs - ROUNDING_MS;
    case 'superseded':
      return exchanges.some(
        (other) =>
          other.op === 'start' &&
          other.user === user &&
          other.body.game_id === game &&
          other.body.device_id !== device &&
          other.calledAt < refused.returnedAt &&
          latestEffect(other, rules.deadlineMs) >= row.startedAt,
      );
    case 'revoked':
    case 'reclaimed':
    case null:
    case undefined:
      return false;
  }
}
