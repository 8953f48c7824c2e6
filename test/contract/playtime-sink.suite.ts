import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PlaytimeSink, SessionRow } from '../../lib/ports/playtime-sink.ts';
import { keyToUuid, mustUuidKey } from '../../lib/uuid.ts';
import type { Database } from '../../lib/db/database.ts';
import { TEST_NOW } from '../databases.ts';
import { id, sessionRow, sums } from '../playtime-rows.ts';

const MIDNIGHT = Date.UTC(2026, 2, 1);
const RUNS = 40;

/** What every {@link PlaytimeSink} keeps: each session counts once, in every sum, whatever is written how often. */
export function playtimeSinkSuite(open: () => { readonly sink: PlaytimeSink; readonly database: Database }): void {
  let lastUser = 0;
  const freshUser = (): string => id((lastUser += 1), 'user');

  /** The same number in sessions, daily, monthly and totals; by day too. */
  async function expectEverySum(user: string, byGame: Record<string, number>): Promise<void> {
    const found = await sums(open().database, user);
    const expected = Object.fromEntries(Object.entries(byGame).filter(([, ms]) => ms !== 0));
    for (const place of ['sessions', 'totals', 'daily', 'monthly']) expect(found[place] ?? {}).toEqual(expected);
    expect(found['sessions by day'] ?? {}).toEqual(found['daily by day'] ?? {});
  }

  it('counts a session once, however often its row is written', async () => {
    const user = freshUser();
    const row = sessionRow({ userId: mustUuidKey(user), msByDay: [60_000] });
    for (let n = 0; n < 3; n += 1) await open().sink.flush([row]);
    await expectEverySum(user, { [id(1, 'game')]: 60_000 });
  });

  it('counts the growth of a live session, and ignores a revision that comes late', async () => {
    const user = freshUser();
    const userId = mustUuidKey(user);
    await open().sink.flush([sessionRow({ userId, rev: 5, msByDay: [60_000] })]);
    await open().sink.flush([sessionRow({ userId, rev: 9, msByDay: [180_000] })]);
    await open().sink.flush([sessionRow({ userId, rev: 7, msByDay: [120_000] })]);
    await expectEverySum(user, { [id(1, 'game')]: 180_000 });
  });

  it('never lets the credit of a day fall, even under a higher revision', async () => {
    const user = freshUser();
    const userId = mustUuidKey(user);
    await open().sink.flush([sessionRow({ userId, rev: 1, msByDay: [60_000] })]);
    await open().sink.flush([sessionRow({ userId, rev: 2, msByDay: [10_000, 5_000] })]);
    await expectEverySum(user, { [id(1, 'game')]: 65_000 });
  });

  it('gives a session over midnight and month end to each day and month it was played in', async () => {
    const user = freshUser();
    const userId = mustUuidKey(user);
    const startedAt = MIDNIGHT - 60_000;
    await open().sink.flush([sessionRow({ userId, startedAt, rev: 1, msByDay: [30_000] })]);
    await open().sink.flush([sessionRow({ userId, startedAt, rev: 2, msByDay: [60_000, 40_000] })]);
    await expectEverySum(user, { [id(1, 'game')]: 100_000 });
    const daily = await open()
      .database.db.selectFrom('playtime_stats_daily')
      .select(['day', 'ms'])
      .where('user_id', '=', user)
      .orderBy('day')
      .execute();
    expect(daily).toEqual([
      { day: '2026-02-28', ms: 60_000 },
      { day: '2026-03-01', ms: 40_000 },
    ]);
    const monthly = await open()
      .database.db.selectFrom('playtime_stats_monthly')
      .select(['month', 'ms'])
      .where('user_id', '=', user)
      .orderBy('month')
      .execute();
    expect(monthly).toEqual([
      { month: '2026-02-01', ms: 60_000 },
      { month: '2026-03-01', ms: 40_000 },
    ]);
  });

  it('stores the session as it was sent, and the end when it comes', async () => {
    const user = freshUser();
    const row = sessionRow({
      userId: mustUuidKey(user),
      clientSessionId: 'a,"b"{}\\ NULL',
      msByDay: [61_000],
      seq: 3,
      lastBeatAt: TEST_NOW + 61_000,
      rev: 2,
    });
    await open().sink.flush([row]);
    await open().sink.flush([{ ...row, rev: 3, seq: 4, ended: { at: TEST_NOW + 61_000, reason: 'timeout' } }]);
    const stored = await open()
      .database.db.selectFrom('playtime_sessions')
      .selectAll()
      .where('user_id', '=', user)
      .executeTakeFirstOrThrow();
    expect(stored).toMatchObject({
      client_session_id: 'a,"b"{}\\ NULL',
      started_at: new Date(TEST_NOW),
      seq: 4,
      rev: 3,
      last_beat_at: new Date(TEST_NOW + 61_000),
      ended_at: new Date(TEST_NOW + 61_000),
      end_reason: 'timeout',
      first_day: '2026-03-15',
      ms_by_day: [61_000],
      ms: 61_000,
      offline: false,
      correction_ms: 0,
    });
  });

  it('leaves an ended session ended when a revision from before the end comes late', async () => {
    const user = freshUser();
    const row = sessionRow({ userId: mustUuidKey(user), msByDay: [60_000], rev: 3, seq: 3 });
    await open().sink.flush([{ ...row, ended: { at: TEST_NOW, reason: 'ended' } }]);
    await open().sink.flush([{ ...row, rev: 2, seq: 2, msByDay: [40_000] }]);
    const stored = await open()
      .database.db.selectFrom('playtime_sessions')
      .select(['seq', 'rev', 'end_reason', 'ms'])
      .where('user_id', '=', user)
      .executeTakeFirstOrThrow();
    expect(stored).toEqual({ seq: 3, rev: 3, end_reason: 'ended', ms: 60_000 });
  });

  it('remembers the latest time a game was played', async () => {
    const user = freshUser();
    const userId = mustUuidKey(user);
    await open().sink.flush([
      sessionRow({ userId, sessionId: mustUuidKey(id(1)), lastBeatAt: TEST_NOW + 9, msByDay: [5] }),
    ]);
    await open().sink.flush([
      sessionRow({ userId, sessionId: mustUuidKey(id(2)), lastBeatAt: TEST_NOW + 4, msByDay: [5] }),
    ]);
    const total = await open()
      .database.db.selectFrom('playtime_totals')
      .selectAll()
      .where('user_id', '=', user)
      .executeTakeFirstOrThrow();
    expect(total.last_played_at).toEqual(new Date(TEST_NOW + 9));
  });

  it('writes nothing of a call in which one row cannot be written', async () => {
    const user = freshUser();
    const userId = mustUuidKey(user);
    const broken = sessionRow({ userId, sessionId: mustUuidKey(id(2)), seq: 2 ** 40, msByDay: [5] });
    await expect(open().sink.flush([sessionRow({ userId, msByDay: [5] }), broken])).rejects.toThrow();
    await expectEverySum(user, {});
  });

  it('keeps every sum exact under replays, old revisions and rival writers, in any order and all at once', async () => {
    /** A session's life: what each day had been credited with at each revision, rising. */
    const life = fc.record({
      game: fc.integer({ min: 1, max: 2 }),
      startedAt: fc.integer({ min: MIDNIGHT - 100_000, max: MIDNIGHT + 100_000 }),
      steps: fc.array(fc.tuple(fc.nat(1_000), fc.nat(1_000)), { minLength: 1, maxLength: 5 }),
    });
    const history = fc.record({
      lives: fc.array(life, { minLength: 1, maxLength: 4 }),
      /** Batches by [session, revision], sent at once in waves. */
      waves: fc.array(fc.array(fc.array(fc.tuple(fc.nat(3), fc.nat(4)), { maxLength: 4 }), { maxLength: 4 }), {
        maxLength: 4,
      }),
    });
    await fc.assert(
      fc.asyncProperty(history, async ({ lives, waves }) => {
        const user = freshUser();
        const revisions = lives.map((life, n) => revisionsOf(user, n, life));
        for (const wave of waves) {
          await Promise.all(wave.map((batch) => open().sink.flush(oneEach(batch, revisions))));
        }
        await open().sink.flush(revisions.map((rows) => rows.at(-1)!));
        const expected: Record<string, number> = {};
        for (const rows of revisions) {
          const last = rows.at(-1)!;
          const game = keyToUuid(last.gameId);
          expected[game] = (expected[game] ?? 0) + last.msByDay.reduce((sum, ms) => sum + ms, 0);
        }
        await expectEverySum(user, expected);
      }),
      { numRuns: RUNS },
    );
  }, 120_000);
}

function revisionsOf(
  user: string,
  n: number,
  life: { game: number; startedAt: number; steps: readonly (readonly [number, number])[] },
): SessionRow[] {
  let [today, tomorrow] = [0, 0];
  return life.steps.map(([first, second], step) => {
    today += first;
    tomorrow += second;
    return sessionRow({
      userId: mustUuidKey(user),
      sessionId: mustUuidKey(id(n + 1)),
      gameId: mustUuidKey(id(life.game, 'game')),
      startedAt: life.startedAt,
      rev: step * 3 + 1,
      msByDay: tomorrow === 0 ? [today] : [today, tomorrow],
    });
  });
}

/** The chosen revisions, at most one a session, as the port asks. */
function oneEach(batch: readonly (readonly [number, number])[], revisions: readonly SessionRow[][]): SessionRow[] {
  const chosen = new Map<SessionRow['sessionId'], SessionRow>();
  for (const [session, step] of batch) {
    const rows = revisions[session % revisions.length]!;
    const row = rows[step % rows.length]!;
    chosen.set(row.sessionId, row);
  }
  return [...chosen.values()];
}
