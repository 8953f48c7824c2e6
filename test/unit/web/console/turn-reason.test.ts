import { describe, expect, it } from '@jest/globals';
import type { WatchTurn } from '../../../../lib/contract/console.ts';
import { EarlierTurns, reasonOf } from '../../../../web/console/people/turn-reason.ts';

const SESSION = '00000000-0000-7000-8000-000000000001';
const TURN: WatchTurn = {
  at: 0,
  command: 'heartbeat',
  session_id: SESSION,
  game_id: null,
  seq: 1,
  active_ms: null,
  outcome: 'ok',
  credited_ms: 0,
  added_ms: 0,
  waited_ms: 1,
  node: 'engine-1',
  shard: 1,
  epoch: 1,
};

/** The reasons for turns that come one after the other, a session having begun at 0. */
function reasons(...turns: readonly Partial<WatchTurn>[]): readonly string[] {
  const earlier = new EarlierTurns();
  earlier.note({ ...TURN, command: 'start', seq: null });
  return turns.map((turn, at) => {
    const whole = { ...TURN, seq: at + 1, at: 60_000 * (at + 1), ...turn };
    return reasonOf({ ...whole, ...earlier.note(whole) });
  });
}

describe('why as much of a turn was counted as was', () => {
  it('all of it, or what the launcher calls active', () => {
    expect(reasons({ added_ms: 60_000 }, { added_ms: 59_900 })).toEqual(['why_all', 'why_all']);
    expect(reasons({ added_ms: 20_000, active_ms: 20_000 })).toEqual(['why_inactive']);
  });

  it('nothing, for the game was in the background: the launcher counted nothing since', () => {
    expect(reasons({ active_ms: 0 })).toEqual(['why_background']);
    expect(reasons({ active_ms: 9_000, added_ms: 9_000 }, { active_ms: 9_000 })[1]).toBe('why_background');
  });

  it('nothing, for the gap was too long: the launcher counted something, or does not count', () => {
    expect(reasons({ at: 900_000 })).toEqual(['why_gap']);
    expect(reasons({ at: 900_000, active_ms: 800_000 })).toEqual(['why_gap']);
    expect(reasons({ active_ms: 9_000, added_ms: 9_000 }, { at: 900_000, active_ms: 19_000 })[1]).toBe('why_gap');
  });

  it('nothing, and nobody knows which: how much the launcher had counted was never seen', () => {
    const earlier = new EarlierTurns();
    earlier.noteState({ sessions: [{ session_id: SESSION, last_beat_at: 0, seq: 4 }] as never });
    const turn = { ...TURN, seq: 5, at: 60_000, active_ms: 70_000 };
    expect(reasonOf({ ...turn, ...earlier.note(turn) })).toBe('why_gap_or_background');
    const next = { ...turn, seq: 6, at: 120_000 };
    expect(reasonOf({ ...next, ...earlier.note(next) })).toBe('why_background');
  });

  it('begins anew when the session is resumed: the launcher counts from there', () => {
    const beat = { active_ms: 50_000, added_ms: 50_000 };
    expect(reasons(beat, { command: 'start', seq: null }, { seq: 2, active_ms: 0 })[2]).toBe('why_background');
    expect(reasons(beat, { command: 'start', seq: null }, { seq: 2, at: 900_000, active_ms: 40_000 })[2]).toBe(
      'why_gap',
    );
  });

  it('nothing, for the turn changed nothing', () => {
    expect(reasons({ added_ms: 60_000 }, { seq: 1 }, { seq: 0, outcome: 'ignored' })).toEqual([
      ...['why_all', 'why_repeated', 'why_ignored'],
    ]);
    expect(reasons({ outcome: 'session_ended', added_ms: null })).toEqual(['why_refused']);
    expect(reasons({ at: 100 })).toEqual(['why_nothing_passed']);
  });
});
