/** What can be said of a turn only beside those before: how much time passed, and why as much of it was counted as was. */
import type { WatchState, WatchTurn } from '../../../lib/contract/console.ts';

export interface BesideEarlier {
  /** Since the session was heard of before; null: nobody knows. */
  readonly passedMs: number | null;
  /** Of that, what the launcher calls active; null: it keeps no count, or nobody knows. */
  readonly activeMs: number | null;
  /** Its number came before: the stored reply was given. */
  readonly repeated: boolean;
}

type Reason =
  | ''
  | 'why_refused'
  | 'why_ignored'
  | 'why_repeated'
  | 'why_nothing_passed'
  | 'why_background'
  | 'why_gap'
  | 'why_gap_or_background'
  | 'why_inactive'
  | 'why_all';

interface Heard {
  readonly at: number;
  readonly seq: number;
  /** The launcher's count; null: nobody knows. */
  readonly active: number | null;
}

/** What was heard of a user's sessions. */
export class EarlierTurns {
  readonly #heard = new Map<string, Heard>();

  /** What a state says of a session that no turn has told of yet. */
  noteState({ sessions }: Pick<WatchState, 'sessions'>): void {
    for (const { session_id: id, last_beat_at: at, seq } of sessions) {
      if (!this.#heard.has(id)) this.#heard.set(id, { at, seq, active: null });
    }
  }

  /** What the turn is beside those before, which it joins. */
  note({ session_id: id, at, command, outcome, seq, active_ms: active }: WatchTurn): BesideEarlier {
    if (id === null) return { passedMs: null, activeMs: null, repeated: false };
    const before = this.#heard.get(id);
    const counted = before?.active ?? null;
    const repeated = seq !== null && before?.seq === seq;
    if (outcome === 'ok' && !repeated) {
      // A start, and a resume is one, lets the launcher's count begin anew.
      this.#heard.set(id, { at, seq: seq ?? before?.seq ?? 0, active: command === 'start' ? 0 : (active ?? counted) });
    }
    return {
      passedMs: before === undefined ? null : Math.max(0, at - before.at),
      activeMs: active === null || counted === null ? null : Math.max(0, active - counted),
      repeated,
    };
  }
}

/** Two clocks' worth of rounding; less than that is no time lost. */
const SLACK_MS = 250;

/** Why as much was counted as was: the name of the words that say it. */
export function reasonOf(turn: WatchTurn & BesideEarlier): Reason {
  const { command, outcome, added_ms: added, passedMs, repeated } = turn;
  if (command !== 'heartbeat' && command !== 'end') return outcome === 'ok' ? '' : 'why_refused';
  if (outcome === 'ignored') return 'why_ignored';
  if (outcome !== 'ok') return 'why_refused';
  if (repeated) return 'why_repeated';
  if (added === null || passedMs === null) return '';
  if (added > 0) return passedMs - added > SLACK_MS ? 'why_inactive' : 'why_all';
  if (passedMs < SLACK_MS) return 'why_nothing_passed';
  if (turn.activeMs === 0) return 'why_background';
  return turn.active_ms !== null && turn.activeMs === null ? 'why_gap_or_background' : 'why_gap';
}
