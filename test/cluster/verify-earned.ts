import type { BeatExchange } from './exchange.ts';
import type { KnownSession } from './known-sessions.ts';
import { ROUNDING_MS, wholeSeconds, type RoundHistory, type Violation } from './round-history.ts';

/**
 * The least that the acknowledged beats must have earned: the time from the start's answer to the call of the beat,
 * as long as no gap between beats can have been too long. Only where nothing makes it less: the launcher's own count,
 * a resume, or a start that was sent more than once.
 */
export function earnedWhatPassed(
  { id, user, game, device, starts, beats }: KnownSession,
  history: RoundHistory,
): Violation[] {
  const [start] = starts;
  if (!start?.reply || starts.length > 1 || start.reply.resumed || start.attempts > 1) return [];
  if (beats.some(({ body }) => body.active_ms !== undefined)) return [];
  const startedAgain = history.exchanges.some(
    (other) =>
      other.op === 'start' &&
      other !== start &&
      other.user === user &&
      other.body.game_id === game &&
      other.body.device_id === device,
  );
  if (startedAgain) return [];

  let before = start.calledAt;
  for (const { seq, calledAt, returnedAt, creditedSeconds } of acceptedBySeq(beats)) {
    if (returnedAt - before > history.rules.maxGapMs) return [];
    const earned = calledAt - start.returnedAt - ROUNDING_MS;
    if (creditedSeconds < wholeSeconds(earned)) {
      const what = `session ${id}, seq ${seq}: ${earned} ms were played, ${creditedSeconds} s credited`;
      return [{ invariant: 'credit short', what }];
    }
    before = calledAt;
  }
  return [];
}

/** Of each sequence number that was accepted: when it was first sent, first acknowledged, and for how much. */
function acceptedBySeq(beats: readonly BeatExchange[]) {
  const firstCall = new Map<number, number>();
  const accepted = new Map<number, { seq: number; calledAt: number; returnedAt: number; creditedSeconds: number }>();
  for (const { body, calledAt, returnedAt, reply } of beats) {
    const first = Math.min(firstCall.get(body.seq) ?? Infinity, calledAt);
    firstCall.set(body.seq, first);
    if (reply?.outcome !== 'accepted' || reply.seq !== body.seq) continue;
    const known = accepted.get(body.seq)?.returnedAt ?? Infinity;
    accepted.set(body.seq, {
      seq: body.seq,
      calledAt: first,
      returnedAt: Math.min(known, returnedAt),
      creditedSeconds: reply.credited_seconds,
    });
  }
  return [...accepted.values()].sort((a, b) => a.seq - b.seq);
}
