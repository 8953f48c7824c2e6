/** Each session on its own: what was acknowledged is kept, what was told never goes back, an end is an end. */
import { goesBack, knownSessions, toldOf, type KnownSession } from './known-sessions.ts';
import { wholeSeconds, type RoundHistory, type Violation } from './round-history.ts';
import { earnedWhatPassed } from './verify-earned.ts';
import { refusedForAReason } from './verify-refusals.ts';

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

/** The last acknowledged correction stands, unless another one's outcome is unknown. */
function corrected({ id, corrections, row }: KnownSession): Violation[] {
  if (!row || corrections.length !== 1 || corrections[0]?.reply === null) return [];
  const told = corrections[0]?.reply?.credited_seconds;
  if (told === undefined || told * 1_000 === row.ms + row.correctionMs) return [];
  const what = `session ${id} was corrected to ${told} s, PostgreSQL holds ${row.ms} ${row.correctionMs} ms`;
  return [{ invariant: 'correction lost', what }];
}
