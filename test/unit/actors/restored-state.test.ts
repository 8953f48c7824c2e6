import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dayOf, totalCredit } from '../../../actors/credit.ts';
import { copiesOf, NO_COPIES } from '../../../actors/loan.ts';
import { restoredState, type StoredPlay } from '../../../actors/restored-state.ts';
import { gameTotal, isLive, rowOf, type Session, type UserState } from '../../../actors/session.ts';
import type { SessionRow } from '../../../lib/ports/playtime-sink.ts';
import type { UuidKey } from '../../../lib/uuid.ts';

const T = Date.UTC(2026, 5, 1, 12);
const key = (name: string): UuidKey => name.padEnd(16, '.') as UuidKey;
const [USER, GAME, OWNER] = [key('user'), key('game'), key('owner')];

/** The session as it was after `beats` beats of a second each. */
function after(beats: number, changed: Partial<Session> = {}): Session {
  return {
    id: key('session'),
    gameId: GAME,
    deviceId: key('device'),
    clientSessionId: null,
    startedAt: T,
    lastBeatAt: T + beats * 1_000,
    seq: beats,
    activeMs: 0,
    credit: beats * 1_000,
    baseMs: 0,
    rev: beats + 1,
    endedAt: 0,
    endReason: null,
    flushedRev: 0,
    ...changed,
  };
}

const held = (...sessions: readonly Session[]): UserState => ({ sessions, copies: NO_COPIES });

function storedOf(rows: readonly SessionRow[], access: 'owned' | 'borrowed' | 'none' = 'owned', more = 0): StoredPlay {
  const totals = new Map<UuidKey, number>();
  const games = new Set([GAME, ...rows.map(({ gameId }) => gameId)]);
  for (const game of games) {
    const ofGame = rows.filter(({ gameId }) => gameId === game).flatMap(({ msByDay }) => msByDay);
    totals.set(game, more + ofGame.reduce((sum, ms) => sum + ms, 0));
  }
  return { rows, totals, access: access === 'none' ? new Map() : new Map([...games].map((game) => [game, access])) };
}

const row = (session: Session): SessionRow => rowOf(USER, session);

describe('the state of a user after a restore', () => {
  it('goes on with what was acknowledged and not flushed, when PostgreSQL is older', () => {
    const { state, caughtUp } = restoredState(held(after(9)), storedOf([row(after(4))]));
    expect(state.sessions).toEqual([after(9)]);
    expect(caughtUp).toBe(0);
  });

  it('goes on as PostgreSQL has it, when the checkpoint is older: its revisions would be refused', () => {
    const { state, caughtUp } = restoredState(held(after(4, { activeMs: 3_500 })), storedOf([row(after(9))]));
    expect(state.sessions).toEqual([after(9, { activeMs: 3_500 })]);
    expect(caughtUp).toBe(1);
  });

  it('keeps an end that only PostgreSQL knows', () => {
    const ended = after(9, { rev: 11, endedAt: T + 9_000, endReason: 'ended' });
    expect(restoredState(held(after(4)), storedOf([row(ended)])).state.sessions).toEqual([ended]);
  });

  it('takes up a live session that no checkpoint knows, so that somebody ends it', () => {
    const { state, rebuilt } = restoredState(held(), storedOf([row(after(5))]));
    expect(state.sessions).toEqual([after(5)]);
    expect(rebuilt).toBe(1);
  });

  it('keeps the credit of each day', () => {
    const overMidnight = after(5, { credit: [2_000, 3_000] });
    expect(restoredState(held(), storedOf([row(overMidnight)])).state.sessions[0]?.credit).toEqual([2_000, 3_000]);
  });

  it('ends at its last beat a borrowed session whose promise is not known any more', () => {
    const { state, ended, rebuilt } = restoredState(held(), storedOf([row(after(5))], 'borrowed'));
    expect(state.sessions).toEqual([after(5, { rev: 7, endedAt: T + 5_000, endReason: 'reclaimed' })]);
    expect({ ended, rebuilt }).toEqual({ ended: 1, rebuilt: 0 });
  });

  it('lets a borrowed session go on whose promise is known', () => {
    const borrow = { sessionId: key('session'), owner: OWNER, until: T + 60_000, endsAt: 0 };
    const borrowing: UserState = { sessions: [after(5)], copies: copiesOf([], [borrow]) };
    expect(restoredState(borrowing, storedOf([row(after(5))], 'borrowed')).state).toEqual(borrowing);
  });

  it('forgets the promise of a session that has ended meanwhile', () => {
    const borrow = { sessionId: key('session'), owner: OWNER, until: T + 60_000, endsAt: 0 };
    const ended = after(9, { rev: 11, endedAt: T + 9_000, endReason: 'ended' });
    const { state } = restoredState(
      { sessions: [after(5)], copies: copiesOf([], [borrow]) },
      storedOf([row(ended)], 'borrowed'),
    );
    expect(state.copies).toBe(NO_COPIES);
  });

  it('ends a session of a game that the user has no access to', () => {
    const [session] = restoredState(held(after(5)), storedOf([], 'none')).state.sessions;
    expect(session).toMatchObject({ endReason: 'revoked', endedAt: T + 5_000, rev: 7 });
  });

  it('lets of two live sessions of a game only the later one go on', () => {
    const later = after(2, { id: key('later'), startedAt: T + 60_000, lastBeatAt: T + 62_000 });
    const { sessions } = restoredState(held(later), storedOf([row(after(5))])).state;
    expect(sessions.filter(isLive).map(({ id }) => id)).toEqual([key('later')]);
    expect(sessions.find(({ id }) => id === key('session'))?.endReason).toBe('superseded');
  });

  it('tells totals that PostgreSQL has, with what only the session knows on top', () => {
    const before = after(9, { baseMs: 500_000 }); // counts sessions that the restored database lost
    const { sessions } = restoredState(held(before), storedOf([row(after(4))], 'owned', 70_000)).state;
    expect(gameTotal(sessions, sessions[0] as Session)).toBe(70_000 + 9_000);
  });
});

describe('whatever the two stores hold', () => {
  const games = [GAME, key('another game')];
  const chains = fc
    .array(
      fc.record({
        game: fc.constantFrom(...games),
        startsAt: fc.integer({ min: 0, max: 100 }),
        last: fc.integer({ min: 0, max: 20 }),
        ends: fc.boolean(),
        checkpointAt: fc.option(fc.nat(20)),
        rowAt: fc.option(fc.nat(20)),
      }),
      { maxLength: 5 },
    )
    .map((sessions) =>
      sessions.map(({ game, startsAt, last, ends, checkpointAt, rowAt }, n) => {
        const at = (beats: number): Session => {
          const done = Math.min(beats, last);
          const startedAt = T + startsAt * 60_000;
          const own = { id: key(`session ${n}`), gameId: game, startedAt, lastBeatAt: startedAt + done * 1_000 };
          const end = { rev: done + 2, endedAt: own.lastBeatAt, endReason: 'ended' as const };
          return after(done, { ...own, ...(ends && beats > last ? end : {}) });
        };
        return {
          checkpoint: checkpointAt === null ? null : at(checkpointAt),
          stored: rowAt === null ? null : at(rowAt),
        };
      }),
    );
  type Chains = typeof chains extends fc.Arbitrary<infer Value> ? Value : never;

  const stateOf = (all: Chains): UserState => held(...all.flatMap(({ checkpoint }) => checkpoint ?? []));
  /** What PostgreSQL answers when it is asked for the checkpoint's sessions and all live ones. */
  const storedFor = (all: Chains, state: UserState): StoredPlay => {
    const known = new Set(state.sessions.map(({ id }) => id));
    const rows = all.flatMap(({ stored }) => (stored === null ? [] : [stored]));
    const all_ = storedOf(rows.map(row));
    return { ...all_, rows: all_.rows.filter(({ ended, sessionId }) => ended === null || known.has(sessionId)) };
  };

  it('nothing that either of them holds is lost, and none of it goes back', () => {
    fc.assert(
      fc.property(chains, (all) => {
        const { sessions } = restoredState(stateOf(all), storedFor(all, stateOf(all))).state;
        for (const { checkpoint, stored } of all) {
          const known = checkpoint ?? (stored !== null && isLive(stored) ? stored : null);
          if (known === null) continue;
          const session = sessions.find(({ id }) => id === known.id);
          for (const older of [checkpoint, stored]) {
            if (older === null) continue;
            expect(totalCredit(session?.credit ?? -1)).toBeGreaterThanOrEqual(totalCredit(older.credit));
            expect(session?.rev).toBeGreaterThanOrEqual(older.rev);
            expect(session?.seq).toBeGreaterThanOrEqual(older.seq);
          }
        }
      }),
    );
  });

  it('a total is what PostgreSQL has, and what it does not have yet', () => {
    fc.assert(
      fc.property(chains, (all) => {
        const stored = storedFor(all, stateOf(all));
        const { sessions } = restoredState(stateOf(all), stored).state;
        for (const session of sessions) {
          const rows = new Map(stored.rows.map(({ sessionId, msByDay }) => [sessionId, msByDay[0] ?? 0]));
          const unflushed = sessions
            .filter(({ gameId }) => gameId === session.gameId)
            .reduce((sum, { id, credit }) => sum + totalCredit(credit) - (rows.get(id) ?? 0), 0);
          expect(gameTotal(sessions, session)).toBe((stored.totals.get(session.gameId) ?? 0) + unflushed);
        }
      }),
    );
  });

  it('at most one session of each game goes on', () => {
    fc.assert(
      fc.property(chains, (all) => {
        const live = restoredState(stateOf(all), storedFor(all, stateOf(all))).state.sessions.filter(isLive);
        expect(new Set(live.map(({ gameId }) => gameId)).size).toBe(live.length);
      }),
    );
  });

  it('doing it again changes nothing', () => {
    fc.assert(
      fc.property(chains, (all) => {
        const once = restoredState(stateOf(all), storedFor(all, stateOf(all))).state;
        const again = restoredState(once, storedFor(all, once));
        expect(again).toEqual({ state: once, caughtUp: 0, rebuilt: 0, ended: 0 });
      }),
    );
  });

  it('days stay where they were', () => {
    const midnight = T + 12 * 3_600_000;
    const session = after(0, { startedAt: midnight - 1_000, lastBeatAt: midnight + 1_000, credit: [1_000, 1_000] });
    const { state } = restoredState(held(), storedOf([row(session)]));
    expect(state.sessions.map((one) => rowOf(USER, one).firstDay)).toEqual([dayOf(midnight) - 1]);
  });
});
