import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Command, Rebase, Reply } from '../../../actors/messages.ts';
import { totalCredit } from '../../../actors/credit.ts';
import { countLive, NOTHING_HELD, type UserState } from '../../../actors/session.ts';
import { forget, mayForget, turn, type PlayRules } from '../../../actors/user-actor.ts';
import { key, RULES, sessionIn } from './play.ts';

const BEGAN = 1_728_043_200_000;

interface Given {
  readonly game?: string;
  readonly device?: string;
  readonly client?: string;
  readonly totalMs?: number;
}

/** A user's actor, asked one thing after the other at given seconds. */
class Actor {
  state: UserState = NOTHING_HELD;
  readonly #rules: PlayRules;

  constructor(rules: Partial<PlayRules> = {}) {
    this.#rules = { ...RULES, ...rules };
  }

  ask(second: number, command: Command): Reply {
    const { state, reply } = turn(this.state, command, BEGAN + second * 1_000, this.#rules);
    this.state = state;
    return reply;
  }

  start(second: number, session: string, given: Given = {}): Reply {
    return this.ask(second, {
      kind: 'start',
      sessionId: key(session),
      gameId: key(given.game ?? 'game'),
      deviceId: key(given.device ?? 'device'),
      clientSessionId: given.client ?? null,
      totalMs: given.totalMs ?? 0,
      counted: [],
    });
  }

  beat(second: number, session: string, seq: number, activeSeconds: number | null = null): Reply {
    const activeMs = activeSeconds === null ? null : activeSeconds * 1_000;
    return this.ask(second, { kind: 'heartbeat', sessionId: key(session), seq, activeMs });
  }

  end(second: number, session: string, seq: number): Reply {
    return this.ask(second, { kind: 'end', sessionId: key(session), seq, activeMs: null });
  }
}

const credited = (ms: number) => ({ kind: 'session', outcome: 'accepted', session: { creditedMs: ms } });
const at = (second: number): number => BEGAN + second * 1_000;

describe('a heartbeat', () => {
  it('credits the time since the last one', () => {
    const actor = new Actor();
    actor.start(0, 'one');
    expect(actor.beat(60, 'one', 1)).toMatchObject(credited(60_000));
    expect(actor.beat(110, 'one', 2)).toMatchObject(credited(110_000));
  });

  it("credits no more than the launcher's own active time", () => {
    const actor = new Actor();
    actor.start(0, 'one');
    expect(actor.beat(60, 'one', 1, 40)).toMatchObject(credited(40_000));
    expect(actor.beat(120, 'one', 2, 130)).toMatchObject(credited(100_000));
  });

  it('credits nothing for a gap above the longest, and goes on from there', () => {
    const actor = new Actor();
    actor.start(0, 'one');
    expect(actor.beat(91, 'one', 1)).toMatchObject(credited(0));
    expect(actor.beat(151, 'one', 2)).toMatchObject(credited(60_000));
  });

  it('gets the same answer when it is repeated, and changes nothing', () => {
    const actor = new Actor();
    actor.start(0, 'one');
    const first = actor.beat(60, 'one', 1);
    const before = actor.state;
    expect(actor.beat(75, 'one', 1)).toEqual(first);
    expect(actor.state).toBe(before);
  });

  it('is ignored when a later one came before it', () => {
    const actor = new Actor();
    actor.start(0, 'one');
    actor.beat(60, 'one', 5);
    const before = actor.state;
    expect(actor.beat(70, 'one', 4)).toMatchObject({ outcome: 'ignored', session: { seq: 5, creditedMs: 60_000 } });
    expect(actor.state).toBe(before);
  });

  it('of a session that nobody knows is refused', () => {
    expect(new Actor().beat(0, 'none', 1)).toEqual({ kind: 'refused', reason: 'session_unknown', session: null });
  });

  it('of a session that has ended is refused, unless it is the last one again', () => {
    const actor = new Actor();
    actor.start(0, 'one');
    actor.beat(60, 'one', 1);
    const ended = actor.end(90, 'one', 2);
    expect(ended).toMatchObject({ outcome: 'accepted', session: { creditedMs: 90_000, ended: { reason: 'ended' } } });
    expect(actor.end(95, 'one', 2)).toEqual(ended);
    expect(actor.beat(96, 'one', 3)).toMatchObject({ kind: 'refused', reason: 'session_ended' });
    expect(actor.beat(96, 'one', 1)).toMatchObject({ outcome: 'ignored' });
  });

  it('never lets time run backwards when the next owner has a clock that is behind', () => {
    const actor = new Actor();
    actor.start(0, 'one');
    actor.beat(60, 'one', 1);
    expect(actor.beat(55, 'one', 2)).toMatchObject(credited(60_000));
    expect(sessionIn(actor.state, 'one').lastBeatAt).toBe(at(60));
    expect(actor.beat(70, 'one', 3)).toMatchObject(credited(70_000));
  });
});

describe('an end', () => {
  it('credits what was played since the last beat', () => {
    const actor = new Actor();
    actor.start(0, 'one');
    expect(actor.end(30, 'one', 1)).toMatchObject({ session: { creditedMs: 30_000, ended: { at: at(30) } } });
  });

  it('credits nothing that a beat of the same number has not', () => {
    const actor = new Actor();
    actor.start(0, 'one');
    actor.beat(60, 'one', 1);
    expect(actor.end(80, 'one', 1)).toMatchObject({ session: { creditedMs: 60_000, ended: { reason: 'ended' } } });
  });
});

describe('a session without a beat for the time-out', () => {
  it('has ended at its last beat, whatever is asked next', () => {
    const actor = new Actor();
    actor.start(0, 'one');
    actor.beat(60, 'one', 1);
    expect(actor.ask(240, { kind: 'held' })).toMatchObject({
      sessions: [{ creditedMs: 60_000, ended: { at: at(60), reason: 'timeout' } }],
    });
    expect(actor.beat(241, 'one', 2)).toMatchObject({ kind: 'refused', reason: 'session_ended' });
  });

  it('is still live a moment before', () => {
    const actor = new Actor();
    actor.start(0, 'one');
    expect(actor.beat(179, 'one', 1)).toMatchObject(credited(0));
  });

  it('makes room for another game', () => {
    const actor = new Actor({ maxLiveGames: 1 });
    actor.start(0, 'one');
    expect(actor.start(180, 'two', { game: 'other' })).toMatchObject({ outcome: 'started' });
  });
});

describe('a start', () => {
  it('repeated with the same id finds the session that it opened', () => {
    const actor = new Actor();
    const first = actor.start(0, 'one');
    expect(actor.start(1, 'one')).toEqual(first);
    expect(actor.state.sessions).toHaveLength(1);
  });

  it('of the same device and game resumes, and credits nothing for the time in between', () => {
    const actor = new Actor();
    actor.start(0, 'one');
    actor.beat(60, 'one', 1, 60);
    expect(actor.start(100, 'two')).toMatchObject({
      outcome: 'resumed',
      session: { sessionId: key('one'), seq: 2, creditedMs: 60_000 },
    });
    expect(actor.beat(130, 'one', 3, 30)).toMatchObject(credited(90_000));
  });

  it("makes old ones of the beats of the launcher's former life", () => {
    const actor = new Actor();
    actor.start(0, 'one');
    actor.beat(60, 'one', 1);
    actor.start(70, 'two');
    expect(actor.beat(71, 'one', 1)).toMatchObject({ outcome: 'ignored' });
  });

  it('repeated by the same launcher changes nothing', () => {
    const actor = new Actor();
    actor.start(0, 'one', { client: 'run' });
    actor.beat(60, 'one', 1);
    const before = actor.state;
    expect(actor.start(70, 'two', { client: 'run' })).toMatchObject({ outcome: 'resumed', session: { seq: 1 } });
    expect(actor.state).toBe(before);
  });

  it('on another device takes the game over: the old session ends at its last beat', () => {
    const actor = new Actor();
    actor.start(0, 'one');
    actor.beat(60, 'one', 1);
    expect(actor.start(80, 'two', { device: 'other' })).toMatchObject({ outcome: 'started', superseded: key('one') });
    expect(sessionIn(actor.state, 'one')).toMatchObject({ endReason: 'superseded', endedAt: at(60) });
    expect(countLive(actor.state.sessions)).toBe(1);
    expect(actor.beat(81, 'one', 2)).toMatchObject({ kind: 'refused', reason: 'session_ended' });
  });

  it('of a fifth game is refused, of a game that is live is not', () => {
    const actor = new Actor();
    for (const game of ['a', 'b', 'c', 'd']) actor.start(0, game, { game });
    expect(actor.start(1, 'five', { game: 'e' })).toMatchObject({ reason: 'too_many_live_sessions' });
    expect(actor.start(1, 'six', { game: 'a', device: 'other' })).toMatchObject({ outcome: 'started' });
    actor.end(2, 'b', 1);
    expect(actor.start(3, 'five', { game: 'e' })).toMatchObject({ outcome: 'started' });
  });

  it('is refused when the actor holds too many sessions that are not written yet, and forgets those that are', () => {
    const actor = new Actor({ maxHeldSessions: 3 });
    for (const n of [1, 2, 3]) {
      actor.start(n, `s${n}`);
      actor.end(n, `s${n}`, 1);
    }
    expect(actor.start(5, 'next')).toMatchObject({ reason: 'too_many_sessions' });
    sessionIn(actor.state, 's2').flushedRev = sessionIn(actor.state, 's2').rev;
    expect(actor.start(6, 'next')).toMatchObject({ outcome: 'started' });
    expect(actor.state.sessions.map(({ id }) => id)).toEqual([key('s1'), key('s3'), key('next')]);
  });
});

describe('a revoke', () => {
  it('ends the live session of the game at its last beat, and no other', () => {
    const actor = new Actor();
    actor.start(0, 'one');
    actor.start(0, 'other', { game: 'other' });
    actor.beat(60, 'one', 1);
    actor.ask(70, { kind: 'revoke', gameId: key('game') });
    expect(sessionIn(actor.state, 'one')).toMatchObject({ endReason: 'revoked', endedAt: at(60) });
    expect(sessionIn(actor.state, 'other').endReason).toBeNull();
    const before = actor.state;
    actor.ask(71, { kind: 'revoke', gameId: key('game') });
    expect(actor.state).toBe(before);
  });
});

describe('a rebase', () => {
  const rebase = (totalMs: number, counted: Rebase['counted'] = []): Rebase => ({
    kind: 'rebase',
    gameId: key('game'),
    totalMs,
    counted,
  });

  it('moves the total of the game, and no credit', () => {
    const actor = new Actor();
    actor.start(0, 'one');
    actor.ask(1, rebase(-5_000));
    expect(actor.beat(60, 'one', 1)).toMatchObject({ session: { creditedMs: 60_000, totalMs: 55_000 } });
  });

  it('counts nothing again that the start had read already, nor when it is told twice', () => {
    const actor = new Actor();
    actor.start(0, 'one', { totalMs: 12_000 });
    actor.ask(1, rebase(12_000));
    const before = actor.state;
    actor.ask(2, rebase(12_000));
    expect(actor.state).toBe(before);
    expect(actor.beat(60, 'one', 1)).toMatchObject({ session: { totalMs: 72_000 } });
  });

  it('takes off what the total holds of the sessions that the actor holds', () => {
    const actor = new Actor();
    actor.start(0, 'one');
    actor.beat(60, 'one', 1);
    actor.ask(61, rebase(47_000, [[key('one'), 40_000]]));
    expect(actor.beat(70, 'one', 2)).toMatchObject({ session: { creditedMs: 70_000, totalMs: 77_000 } });
  });
});

describe('what an actor remembers', () => {
  it('is never forgotten while it is live, or not written, or fresh', () => {
    const actor = new Actor();
    actor.start(0, 'one');
    actor.end(10, 'one', 1);
    const session = sessionIn(actor.state, 'one');
    expect(mayForget(session, 0, at(1_000), RULES)).toBe(false);
    const flushed = { ...session, flushedRev: session.rev };
    expect(mayForget(flushed, 0, at(69), RULES)).toBe(false);
    expect(mayForget(flushed, 0, at(70), RULES)).toBe(true);
    expect(mayForget(flushed, at(30), at(89), RULES)).toBe(false);
    expect(mayForget(flushed, at(30), at(90), RULES)).toBe(true);
    actor.start(20, 'live');
    expect(forget(actor.state.sessions, () => true).map(({ id }) => id)).toEqual([key('live')]);
  });
});

describe('a user who does anything at all', () => {
  const command: fc.Arbitrary<Command> = fc.oneof(
    fc.record({
      kind: fc.constant('start' as const),
      sessionId: fc.integer({ min: 0, max: 30 }).map((n) => key(`s${n}`)),
      gameId: fc.constantFrom('a', 'b', 'c').map(key),
      deviceId: fc.constantFrom('x', 'y').map(key),
      clientSessionId: fc.constantFrom(null, 'run 1', 'run 2'),
      totalMs: fc.constant(0),
      counted: fc.constant([]),
    }),
    fc.record({
      kind: fc.constantFrom('heartbeat' as const, 'end' as const),
      sessionId: fc.integer({ min: 0, max: 30 }).map((n) => key(`s${n}`)),
      seq: fc.nat(20),
      activeMs: fc.option(fc.nat(1_000_000)),
    }),
    fc.record({ kind: fc.constant('revoke' as const), gameId: fc.constantFrom('a', 'b').map(key) }),
    fc.record({ kind: fc.constant('held' as const) }),
  );
  const rules: PlayRules = { ...RULES, maxLiveGames: 2, maxHeldSessions: 8 };
  const steps = fc.array(fc.record({ command, pass: fc.integer({ min: -2_000, max: 60_000 }) }), { maxLength: 60 });

  it('earns no more than the time that passed, keeps to the limits, and cannot change what has ended (A1, A3-A5)', () => {
    fc.assert(
      fc.property(steps, (plan) => {
        let now = BEGAN;
        let latest = BEGAN;
        let earliest = BEGAN;
        let state: UserState = NOTHING_HELD;
        for (const { command: asked, pass } of plan) {
          now += pass;
          latest = Math.max(latest, now);
          earliest = Math.min(earliest, now);
          const next = turn(state, asked, now, rules).state;
          for (const session of next.sessions) {
            const before = state.sessions.find(({ id }) => id === session.id);
            if (before && before !== session) {
              expect(session.rev).toBeGreaterThan(before.rev);
              expect(before.endReason).toBeNull();
              expect(session.seq).toBeGreaterThanOrEqual(before.seq);
              expect(totalCredit(session.credit)).toBeGreaterThanOrEqual(totalCredit(before.credit));
            }
          }
          state = next;
          const live = state.sessions.filter(({ endReason }) => endReason === null);
          expect(new Set(live.map(({ gameId }) => gameId)).size).toBe(live.length);
          expect(live.length).toBeLessThanOrEqual(rules.maxLiveGames);
          expect(state.sessions.length).toBeLessThanOrEqual(rules.maxHeldSessions);
          for (const game of ['a', 'b', 'c'].map(key)) {
            const played = state.sessions.filter(({ gameId }) => gameId === game);
            const credit = played.reduce((sum, session) => sum + totalCredit(session.credit), 0);
            expect(credit).toBeLessThanOrEqual(latest - earliest);
          }
        }
      }),
    );
  });
});
