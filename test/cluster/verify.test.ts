import { describe, expect, it } from '@jest/globals';
import {
  PLAY,
  PLAYED,
  SESSION,
  T,
  USER,
  beat,
  end,
  forged,
  offline,
  refused,
  start,
  statistics,
  stats,
  storedWith,
  unanswered,
  withRow,
  withRows,
} from './forged-history.ts';
import type { Exchange } from './exchange.ts';
import { INVARIANTS, type Invariant, type RoundHistory } from './round-history.ts';
import { verify } from './verify.ts';

function found(change: Partial<RoundHistory>): readonly Invariant[] {
  return [...new Set(verify(forged(change)).map(({ invariant }) => invariant))];
}

/** The play with one more exchange, or with some in place of others. */
const and = (...more: readonly Exchange[]): Partial<RoundHistory> => ({ exchanges: [...PLAY, ...more] });
const replaced = (old: Exchange['op'], ...by: readonly Exchange[]): Partial<RoundHistory> => ({
  exchanges: [...PLAY.filter(({ op }) => op !== old), ...by],
});

describe('the judge of histories finds nothing in', () => {
  it('a history in which everything is right', () => {
    expect(verify(forged())).toEqual([]);
  });

  it('an unknown outcome that turned out old, and one that turned out new', () => {
    expect(found(and(unanswered(beat(T + 8_000, 3, 8))))).toEqual([]);
    expect(found({ exchanges: PLAY.map((one) => (one.op === 'end' ? unanswered(one) : one)) })).toEqual([]);
  });

  it('answers that overlap in time and come in another order', () => {
    expect(found(and(beat(T + 6_010, 1, 6, { outcome: 'ignored', seq: 2 }), beat(T + 5_995, 1, 3)))).toEqual([]);
  });

  it('a session opened by a start whose answer was lost', () => {
    const lost = unanswered(start(T));
    const resumed = start(T + 1_000);
    const reply = resumed.reply && { ...resumed.reply, resumed: true };
    expect(found(replaced('start', lost, { ...resumed, reply }))).toEqual([]);
  });

  it('a beat that is refused after the end', () => {
    expect(found(and(refused(beat(T + 9_500, 4, 9), 400, 'INVALID_SESSION_OPERATION')))).toEqual([]);
  });
});

const without = (op: Exchange['op']): readonly Exchange[] => PLAY.filter((one) => one.op !== op);

/** What launchers would see if each promise were broken, and only that. */
const FORGERIES: readonly (readonly [title: string, invariant: Invariant, change: Partial<RoundHistory>])[] = [
  [
    'credit that was acknowledged and is not in PostgreSQL',
    'credit lost',
    { exchanges: without('end'), ...withRow({ ms: 5_000, endReason: 'timeout' }) },
  ],
  [
    'a beat that was acknowledged and is not in PostgreSQL, although the seconds are the same',
    'credit lost',
    { exchanges: without('end'), ...withRow({ seq: 1, endReason: 'timeout' }) },
  ],
  ['a session that was started and is not in PostgreSQL', 'session lost', { stored: storedWith([]) }],
  [
    'an end whose credit PostgreSQL holds otherwise',
    'ended session changed',
    withRow({ ms: 10_500, startedAt: T - 5 }),
  ],
  ['an end whose reason PostgreSQL holds otherwise', 'ended session changed', withRow({ endReason: 'timeout' })],
  ['an end whose moment PostgreSQL holds otherwise', 'ended session changed', withRow({ endedAt: T + 9_500 })],
  ['a session that is live again after its end', 'ended session changed', and(beat(T + 9_500, 4, 9))],
  ['credit that goes back from one reply to the next', 'reply went back', and(beat(T + 7_000, 3, 5))],
  ['a sequence number that goes back', 'reply went back', and(beat(T + 7_000, 1, 6))],
  ["a game's total that goes back", 'reply went back', and(beat(T + 7_000, 2, 6, { game_total_seconds: 4 }))],
  ['a repeat that is answered with another credit', 'repeat answered differently', and(beat(T + 6_010, 2, 7))],
  [
    'a session that earned less than was played',
    'credit short',
    {
      exchanges: [...without('end'), end(T + 9_000, 3, 6)],
      ...withRow({ ms: 6_000 }),
    },
  ],
  [
    'a beat that is refused while nothing can have ended the session',
    'refusal unexplained',
    {
      exchanges: [...without('end'), refused(beat(T + 8_000, 3, 0), 400, 'INVALID_SESSION_OPERATION')],
      ...withRow({ endReason: 'timeout' }),
    },
  ],
  [
    'a session that is unknown to the service',
    'refusal unexplained',
    and(refused(beat(T + 9_500, 3, 9), 404, 'NOT_FOUND')),
  ],
  [
    'a take-over that nobody asked for',
    'refusal unexplained',
    {
      exchanges: [...without('end'), refused(beat(T + 8_000, 3, 0), 400, 'INVALID_SESSION_OPERATION')],
      ...withRow({ endReason: 'superseded' }),
    },
  ],
  ['a start that is refused', 'refusal unexplained', and(refused(start(T + 9_500), 404, 'GAME_NOT_IN_LIBRARY'))],
  [
    'a failure that is neither silence nor a 503',
    'failure not in the catalogue',
    and(refused(beat(T + 9_500, 4, 9), 500, 'INTERNAL')),
  ],
  [
    'events that add up to something else',
    'sums differ',
    (({ stored }) => ({
      stored: { ...stored, told: { ...stored.told, added: stored.told.added.map((sum) => ({ ...sum, ms: 1 })) } },
    }))(forged()),
  ],
  [
    'an end that nobody was told of',
    'events differ',
    (({ stored }) => ({ stored: { ...stored, told: { ...stored.told, ended: stored.told.ended.slice(1) } } }))(
      forged(),
    ),
  ],
  [
    'an end that was told twice',
    'events differ',
    (({ stored }) => ({
      stored: { ...stored, told: { ...stored.told, ended: [...stored.told.ended, PLAYED.sessionId] } },
    }))(forged()),
  ],
  ['more credit than the session lasted', 'credit beyond the clock', withRow({ ms: 9_001 })],
  [
    'more credit than launchers can have played',
    'credit beyond the clock',
    {
      exchanges: without('end').map((one) => (one.op === 'heartbeat' ? unanswered(one) : one)),
      ...withRow({ lastBeatAt: T + 99_010, ms: 99_000 }),
    },
  ],
  [
    'the same time credited to two sessions of a game',
    'credit beyond the clock',
    withRows({ sessionId: 'session-2', startedAt: T + 8_000, lastBeatAt: T + 9_000, ms: 1_000 }),
  ],
  [
    'a session with credit that no launcher knows of',
    'session unexplained',
    withRows({ sessionId: 'session-2', startedAt: T + 15, lastBeatAt: T + 16, ms: 1 }),
  ],
  [
    'an empty session that no start explains',
    'session unexplained',
    withRows({ sessionId: 'session-2', startedAt: T + 60_000, lastBeatAt: T + 60_000, ms: 0 }),
  ],
  ['a total that is not the sum', 'sums differ', sumsWith({ totals: 14_001 })],
  ['a day that is not the sum', 'sums differ', sumsWith({ daily: 13_999 })],
  ['a month that is not the sum', 'sums differ', sumsWith({ monthly: 28_000 })],
  ['final statistics that are not what PostgreSQL holds', 'statistics wrong', finalStats(13)],
  ['no final statistics', 'statistics wrong', { finalStats: new Map() }],
  ['statistics that miss an acknowledged beat', 'statistics behind', and(stats(T + 7_500, 10))],
  ['statistics that miss what was played offline', 'statistics behind', and(stats(T + 100, 4))],
  ['statistics that tell more than there ever was', 'statistics wrong', and(stats(T + 7_500, 15))],
  [
    "a game's total in a reply that is more than there ever was",
    'statistics wrong',
    and(beat(T + 9_500, 2, 9, { outcome: 'ignored', status: 'ended', seq: 3, game_total_seconds: 15 })),
  ],
  ['an offline session that is created twice', 'offline counted twice', and(offline(T + 500, 'created'))],
  [
    'an offline session whose pieces are more than its report',
    'offline counted twice',
    withRows({
      sessionId: 'session-2',
      offline: true,
      clientSessionId: 'offline-1',
      ms: 1_000,
      startedAt: T - 9_000_000,
      lastBeatAt: T - 8_999_000,
    }),
  ],
  [
    'a piece of an offline session that overlaps one played online',
    'offline overlaps',
    withRows({
      sessionId: 'session-2',
      offline: true,
      clientSessionId: 'offline-1',
      ms: 1_000,
      startedAt: T + 2_000,
      lastBeatAt: T + 3_000,
    }),
  ],
  [
    'a correction that was acknowledged and is not there',
    'correction lost',
    and({
      op: 'correct',
      user: USER,
      session: SESSION,
      attempts: 1,
      failure: null,
      calledAt: T + 9_500,
      returnedAt: T + 9_520,
      body: { credited_seconds: 2, reason: 'left it running' },
      reply: {
        session_id: SESSION,
        user_id: USER,
        previous_credited_seconds: 9,
        credited_seconds: 2,
        game_total_seconds: 7,
        corrected_at: new Date(T).toISOString(),
      },
    }),
  ],
  ['an epoch that falls', 'epoch went back', epochs([7, 'engine-1'], [6, 'engine-2'])],
  ['an epoch with two owners', 'epoch went back', epochs([7, 'engine-1'], [7, 'engine-2'])],
  ['a session that stays open', 'not closed', { leftovers: ['one session has no end'] }],
  ['a process that ended by itself', 'process ended', { crashes: ['domain-1 ended by itself (1)'] }],
];

describe('the judge of histories finds', () => {
  it.each(FORGERIES)('%s', (_title, invariant, change) => {
    expect(found(change)).toContain(invariant);
  });

  it('a violation of each promise about what is told and kept', () => {
    const forgeries = new Set(FORGERIES.map(([, invariant]) => invariant));
    const availability: readonly Invariant[] = ['takeover too slow', 'failed in a rolling restart'];
    expect([...forgeries, ...availability].sort()).toEqual([...INVARIANTS].sort());
  });
});

function sumsWith(changed: Partial<Record<'totals' | 'daily' | 'monthly', number>>): Partial<RoundHistory> {
  const { stored } = forged();
  const change = Object.entries(changed).map(([table, ms]) => [
    table,
    stored[table as keyof typeof changed].map((sum) => ({ ...sum, ms })),
  ]);
  return { stored: { ...stored, ...(Object.fromEntries(change) as object) } };
}

function finalStats(total: number): Partial<RoundHistory> {
  return { finalStats: new Map([[USER, statistics(total)]]) };
}

function epochs(...seen: readonly (readonly [epoch: number, owner: string])[]): Partial<RoundHistory> {
  return { epochs: seen.map(([epoch, owner], n) => ({ at: T + n, shard: 3, epoch, owner })) };
}
