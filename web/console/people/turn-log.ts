/** The session engine at work for one user, as it is told turn by turn. */
import { useEffect, useState } from 'preact/hooks';
import type { WatchEvent, WatchState, WatchTurn } from '../../../lib/contract/console.ts';
import { API, type Refused } from '../../common/api.ts';
import { openEventStream, type StreamState } from '../../common/event-stream.ts';
import { person, refused } from '../session.ts';
import { EarlierTurns, type BesideEarlier } from './turn-reason.ts';

export interface LoggedTurn extends WatchTurn, BesideEarlier {
  readonly id: number;
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

export function useTurnLog(userId: string): TurnLog {
  const [log, setLog] = useState(NOTHING);
  useEffect(() => {
    const earlier = new EarlierTurns();
    let last = 0;
    function take(event: WatchEvent): void {
      if (event.event === 'state') {
        earlier.noteState(event.data);
        setLog((before) => ({ ...before, state: event.data }));
      } else if (event.event === 'gap') {
        setLog((before) => ({ ...before, lost: before.lost + event.data.lost }));
      } else {
        const turn = { ...event.data, id: (last += 1), ...earlier.note(event.data) };
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
