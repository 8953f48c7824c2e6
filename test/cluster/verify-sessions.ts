/** Each session on its own: what was acknowledged is kept, what was told never goes back, an end is an end. */
import { isUnknown, type BeatExchange, type Exchange } from './exchange.ts';
import { goesBack, knownSessions, latestEffect, toldOf, type KnownSession } from './known-sessions.ts';
import { ROUNDING_MS, wholeSeconds, type RoundHistory, type Rules, type Violation } from './round-history.ts';

export function verifySessions(history: RoundHistory): Violation[] {
  const violations: Violation[] = [];
  for (const session of knownSessions(history)) {
    violations.push(
      ...keepsWhatWasAcknowledged(session),
      ...neverGoesBack(session),
      ...repeatsItself(session),
      ...staysEnded(session),
      ...earnedWhatPassed(session, history),
      ...refusedForAReason(session, history),
      ...corrected(session),
    );
  }
  return violations;
}

function keepsWhatWasAcknowledged(session: KnownSession): Violation[] {
  const { id, row } = session;
  if (!row) return [{ invariant: 'session lost', what: `session ${id} was started and is not in PostgreSQL` }];
  const told = toldOf(session);
  const credited = Math.max(...told.map((reply) => reply.creditedSeconds));
  const seq = Math.max(...told.map((reply) => reply.seq));
  const violations: Violation[] = [];
  if (wholeSeconds(row.ms) < credited) {
    violations.push({
      invariant: 'credit lost',
      what: `session ${id} was told ${credited} s, PostgreSQL holds ${row.ms} ms`,
    });
  }
  if (row.seq < seq) {
    violations.push({
      invariant: 'credit lost',
      what: `session ${id} was told seq ${seq}, PostgreSQL holds ${row.seq}`,
    });
  }
  return violations;
}

function neverGoesBack(session: KnownSession): Violation[] {
  const { id, corrections } = session;
  const correctedAt = Math.min(...corrections.map(({ calledAt }) => calledAt));
  const told = toldOf(session).filter(({ returnedAt }) => returnedAt < correctedAt);
  const back =
    goesBack(told, (reply) => reply.creditedSeconds) ?? goesBack(toldOf(session), (reply) => reply.seq) ?? null;
  if (back === null) return [];
  const show = ({ seq, creditedSeconds, calledAt }: (typeof told)[number]): string =>
    `seq ${seq} with ${creditedSeconds} s (asked at ${calledAt})`;
  return [{ invariant: 'reply went back', what: `session ${id}: ${show(back.before)}, then ${show(back.after)}` }];
}

/** The same sequence number, accepted twice, is told the same credit. */
function repeatsItself({ id, beats, corrections }: KnownSession): Violation[] {
  const first = new Map<number, number>();
  for (const { body, reply } of beats) {
    if (reply === null || reply.outcome !== 'accepted' || corrections.length > 0) continue;
    const known = first.get(body.seq);
    if (known !== undefined && known !== reply.credited_seconds) {
      const what = `session ${id}, seq ${body.seq}: ${known} s, and ${reply.credited_seconds} s`;
      return [{ invariant: 'repeat answered differently', what }];
    }
    first.set(body.seq, reply.credited_seconds);
  }
  return [];
}

function staysEnded({ id, beats, row, corrections }: KnownSession): Violation[] {
  const violations: Violation[] = [];
  const ends = beats.flatMap(({ calledAt, returnedAt, reply }) =>
    reply?.status === 'ended' ? [{ calledAt, returnedAt, reply }] : [],
  );
  const endedAt = Math.min(...ends.map(({ returnedAt }) => returnedAt));
  const alive = beats.find(({ calledAt, reply }) => reply?.status === 'live' && calledAt > endedAt);
  if (alive) {
    const what = `session ${id} was told to have ended and then to be live (seq ${alive.body.seq})`;
    violations.push({ invariant: 'ended session changed', what });
  }
  for (const { reply, returnedAt } of ends) {
    if (!row) continue;
    const wasCorrected = corrections.some(({ calledAt }) => calledAt < returnedAt);
    const sameCredit = wholeSeconds(row.ms) === reply.credited_seconds || wasCorrected;
    const sameEnd =
      !('end_reason' in reply) ||
      (reply.end_reason === row.endReason && Date.parse(reply.ended_at ?? '') === row.endedAt);
    if (sameCredit && sameEnd && row.seq === reply.seq) continue;
    const what = `session ${id} ended as ${JSON.stringify(reply)}, PostgreSQL holds ${JSON.stringify(row)}`;
    violations.push({ invariant: 'ended session changed', what });
    break;
  }
  return violations;
}

/**
 * The least that the acknowledged beats must have earned: the time from the start's answer to the call of the beat,
 * as long as no gap between beats can have been too long. Only where nothing makes it less: the launcher's own count,
 * a resume, or a start that was sent more than once.
 */
function earnedWhatPassed({ id, user, game, device, starts, beats }: KnownSession, history: RoundHistory): Violation[] {
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

/** A beat may be refused only when the session can have ended by then, for the reason that stands in its row. */
function refusedForAReason(session: KnownSession, { rules, exchanges }: RoundHistory): Violation[] {
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
    case null:
    case undefined:
      return false;
  }
}

/** The last acknowledged correction stands, unless another one's outcome is unknown. */
function corrected({ id, corrections, row }: KnownSession): Violation[] {
  if (!row || corrections.length !== 1 || corrections[0]?.reply === null) return [];
  const told = corrections[0]?.reply?.credited_seconds;
  if (told === undefined || told * 1_000 === row.ms + row.correctionMs) return [];
  const what = `session ${id} was corrected to ${told} s, PostgreSQL holds ${row.ms} ${row.correctionMs} ms`;
  return [{ invariant: 'correction lost', what }];
}
