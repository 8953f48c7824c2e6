/** The session engine at work for one user, as it is told turn by turn. */
import { useEffect, useState } from 'preact/hooks';
import type { WatchEvent, WatchState, WatchTurn } from '../../../lib/contract/console.ts';
import { API, type Refused } from '../../common/api.ts';
import { openEventStream, type StreamState } from '../../common/event-stream.ts';
import { person, refused } from '../session.ts';

/** A turn, with what can be said of it only beside those before. */
export interface LoggedTurn extends WatchTurn {
  readonly id: number;
  /** Since the session was heard of before; null: nobody knows. */
  readonly passedMs: number | null;
  /** Its number came before: the stored reply was given. */
  readonly repeated: boolean;
}

export interface TurnLog {
  readonly stream: StreamState;
  /** It may not be watched; why. */
  readonly refusal: Refused | null;
  /** Null: not told yet. */
  readonly state: WatchState | null;
  /** Latest first. */
  readonly turns: readonly LoggedTurn[];
  /** Turns that were not told. */
  readonly lost: number;
}

const MOST = 256;
const NOTHING: TurnLog = { stream: 'connecting', refusal: null, state: null, turns: [], lost: 0 };

interface Heard {
  at: number;
  seq: number;
}

export function useTurnLog(userId: string): TurnLog {
  const [log, setLog] = useState(NOTHING);
  useEffect(() => {
    const heard = new Map<string, Heard>();
    let last = 0;
    function take(event: WatchEvent): void {
      if (event.event === 'state') {
        noteState(heard, event.data);
        setLog((before) => ({ ...before, state: event.data }));
      } else if (event.event === 'gap') {
        setLog((before) => ({ ...before, lost: before.lost + event.data.lost }));
      } else {
        const turn = { ...event.data, id: (last += 1), ...besideEarlier(heard, event.data) };
        setLog((before) => ({ ...before, turns: [turn, ...before.turns].slice(0, MOST) }));
      }
    }
    setLog(NOTHING);
    return openEventStream({
      url: `${API}/admin/users/${userId}/turns`,
      token: () => person.value?.token ?? null,
      onEvent: (event, data) => take({ event, data } as WatchEvent),
      onState: (stream) => setLog((before) => ({ ...before, stream })),
      onRefused: (refusal) => {
        if (refusal.status === 401) refused();
        setLog((before) => ({ ...before, stream: 'lost', refusal }));
      },
    });
  }, [userId]);
  return log;
}

/** What a state says of a session that no turn has told of yet. */
function noteState(heard: Map<string, Heard>, { sessions }: WatchState): void {
  for (const { session_id: id, last_beat_at: at, seq } of sessions) if (!heard.has(id)) heard.set(id, { at, seq });
}

function besideEarlier(heard: Map<string, Heard>, turn: WatchTurn): Pick<LoggedTurn, 'passedMs' | 'repeated'> {
  const { session_id: id, at, outcome, seq } = turn;
  if (id === null) return { passedMs: null, repeated: false };
  const before = heard.get(id);
  const repeated = seq !== null && before?.seq === seq;
  if (outcome === 'ok' && !repeated) heard.set(id, { at, seq: seq ?? before?.seq ?? 0 });
  return { passedMs: before === undefined ? null : Math.max(0, at - before.at), repeated };
}
