import type { WatchedLoan, WatchedSession, WatchState, WatchTurn } from '../contract/console.ts';
import { EventLines } from '../http/event-lines.ts';
import type { Clock } from '../ports/clock.ts';

/** What the engine that holds a user told of it; sessions and loans as they are shown. */
export interface Observed {
  readonly node: string;
  readonly epoch: number;
  readonly sessions: readonly WatchedSession[];
  readonly loans: readonly WatchedLoan[];
  readonly watch: string;
  readonly turns: readonly { readonly number: number; readonly turn: Omit<WatchTurn, 'node' | 'shard' | 'epoch'> }[];
  readonly lost: number;
}

/** Up to where the turns of a watch are known. */
export interface Heard {
  readonly watch: string | null;
  readonly after: number;
}

export interface TurnFeedPorts {
  readonly clock: Clock;
  readonly maxBufferedBytes: number;
  readonly shardOf: (userId: string) => number;
  /** Asks whichever engine holds the user; null: none does at the moment, or it does not answer. Never rejects. */
  readonly observe: (userId: string, heard: Heard) => Promise<Observed | null>;
}

/** How soon a turn is seen. The engine is asked one question for it. */
const LOOK_MS = 500;

/** The stream of one user's turns: goes where the user's shard goes, until it is closed. */
export function turnFeed(ports: TurnFeedPorts, userId: string): EventLines {
  const { clock, maxBufferedBytes, observe } = ports;
  const lines = new EventLines(clock, maxBufferedBytes);
  const shard = ports.shardOf(userId);
  let heard: Heard = { watch: null, after: 0 };
  let shown = '';
  let held: Pick<Observed, 'sessions' | 'loans'> = { sessions: [], loans: [] };
  let cancel = (): void => undefined;

  const tellTurns = ({ node, epoch, watch, turns, lost }: Observed): void => {
    const moved = heard.watch !== null && heard.watch !== watch;
    if (moved || lost > 0) lines.send('gap', { at: clock.now(), lost: moved ? 0 : lost });
    for (const { turn } of turns) lines.send('turn', { ...turn, node, shard, epoch });
    const last = turns.at(-1)?.number ?? (moved || heard.watch === null ? 0 : heard.after + lost);
    heard = { watch, after: last };
  };
  const tellState = (observed: Observed | null): void => {
    // While nobody holds the shard, the sessions are where they were: in the checkpoint store.
    if (observed !== null) held = { sessions: observed.sessions, loans: observed.loans };
    const state: Omit<WatchState, 'at'> = {
      node: observed?.node ?? null,
      shard,
      epoch: observed?.epoch ?? null,
      sessions: [...held.sessions],
      loans: [...held.loans],
    };
    const now = JSON.stringify(state);
    if (now === shown) return;
    shown = now;
    lines.send('state', { at: clock.now(), ...state });
  };
  const look = async (): Promise<void> => {
    const observed = await observe(userId, heard);
    if (!lines.open) return;
    if (observed !== null) tellTurns(observed);
    tellState(observed);
    cancel = clock.after(LOOK_MS, () => void look());
  };
  lines.once('close', () => cancel());
  void look();
  return lines;
}
