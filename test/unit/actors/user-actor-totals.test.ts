import { describe, expect, it } from '@jest/globals';
import type { Start } from '../../../actors/messages.ts';
import { NOTHING_HELD, type UserState } from '../../../actors/session.ts';
import { forget, turn, type PlayRules } from '../../../actors/user-actor.ts';
import { key, RULES, sessionIn } from './play.ts';

const start = (session: string, given: Partial<Start> = {}): Start => ({
  kind: 'start',
  sessionId: key(session),
  gameId: key('game'),
  deviceId: key('device'),
  clientSessionId: session,
  totalMs: 0,
  counted: [],
  ...given,
});

/** A session of the game, beaten once after `ms` and ended, after those of `state`; PostgreSQL has all of it. */
function played(state: UserState, session: string, at: number, ms: number, given: Partial<Start> = {}): UserState {
  const id = key(session);
  const started = turn(state, start(session, given), at, RULES).state;
  const done = turn(started, { kind: 'end', sessionId: id, seq: 1, activeMs: null }, at + ms, RULES).state;
  return { ...done, sessions: done.sessions.map((held) => ({ ...held, flushedRev: held.rev })) };
}

describe('the total of a game that an actor tells', () => {
  it('is what PostgreSQL said plus what the session earned since', () => {
    const { state } = turn(NOTHING_HELD, start('one', { totalMs: 5_000 }), 1_000, RULES);
    const { reply } = turn(state, { kind: 'heartbeat', sessionId: key('one'), seq: 1, activeMs: null }, 3_000, RULES);
    expect(reply).toMatchObject({ session: { creditedMs: 2_000, totalMs: 7_000 } });
  });

  it('counts a session once that PostgreSQL had counted in part', () => {
    const before = played(NOTHING_HELD, 'one', 1_000, 9_000);
    const { reply } = turn(before, start('two', { totalMs: 4_000, counted: [[key('one'), 4_000]] }), 20_000, RULES);
    expect(reply).toMatchObject({ session: { totalMs: 9_000 } });
  });

  it('keeps what a forgotten session earned', () => {
    let state = played(NOTHING_HELD, 'one', 1_000, 9_000);
    state = turn(state, start('two'), 20_000, RULES).state;
    state = { ...state, sessions: forget(state.sessions, () => true) };
    expect(state.sessions).toHaveLength(1);
    const { reply } = turn(state, { kind: 'held' }, 20_000, RULES);
    expect(reply).toMatchObject({ sessions: [{ totalMs: 9_000 }] });
  });

  describe('when a start makes room by forgetting', () => {
    const cramped: PlayRules = { ...RULES, maxHeldSessions: 2 };
    const two = turn(played(NOTHING_HELD, 'one', 1_000, 9_000), start('two'), 20_000, cramped).state;

    it('keeps what the forgotten session earned in the session that the start supersedes', () => {
      const command = start('three', { deviceId: key('other'), totalMs: 9_000, counted: [[key('one'), 9_000]] });
      const { state } = turn(two, command, 21_000, cramped);
      const superseded = sessionIn(state, 'two');
      expect(superseded.endReason).toBe('superseded');
      expect(superseded.baseMs).toBe(9_000);
    });

    it('counts all of the forgotten session, of which PostgreSQL had counted a part when it was asked', () => {
      const command = start('three', { deviceId: key('other'), totalMs: 4_000, counted: [[key('one'), 4_000]] });
      const { reply } = turn(two, command, 21_000, cramped);
      expect(reply).toMatchObject({ outcome: 'started', session: { totalMs: 9_000 } });
    });
  });
});
