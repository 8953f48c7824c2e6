/**
 * A game that is played in this window: `start`, a heartbeat as often as the service asks for one, `end`.
 *
 *   starting -> playing <-> paused          a pause is what was played so far, reported; then nothing is
 *                  |           |            to go on is to start again: the service resumes the same session
 *                  +-> ended <-+            by the player, by another device, by time, by the owner of a borrowed copy
 *
 * What is shown as played is what the service acknowledged; what this window counted since then is shown beside it.
 */
import { signal, type ReadonlySignal } from '@preact/signals';
import { Refused, type Call } from '../../common/api.ts';
import type { BeatBody, BeatReply, EndReply, StartedSession } from '../../../lib/contract/playtime.ts';
import { player } from '../calls.ts';
import { DEVICE_ID } from '../device.ts';
import { tellTotal } from '../library/games.ts';
import { playerSocket } from '../socket.ts';

type EndReason = NonNullable<EndReply['end_reason']>;

export interface PlayState {
  readonly phase: 'playing' | 'paused' | 'ended';
  readonly gameId: string;
  readonly sessionId: string;
  readonly startedAt: string;
  /** Acknowledged. */
  readonly creditedSeconds: number;
  readonly totalSeconds: number;
  /** The last number that the service applied. */
  readonly seq: number;
  /** The session was under way when this window began to play it. */
  readonly resumed: boolean;
  readonly intervalSeconds: number;
  /** Ms since the Unix epoch; null: no heartbeat is due. */
  readonly nextBeatAt: number | null;
  /** The copy is borrowed, and wanted back: when the session ends. */
  readonly endsAt: string | null;
  /** Whether the last heartbeat found nobody: it is tried again. */
  readonly unanswered: boolean;
  readonly ended: { readonly at: string | null; readonly reason: EndReason | null } | null;
}

export interface PlaySession {
  readonly state: ReadonlySignal<PlayState>;
  /** Played since the last acknowledgement, by this window's count, ms. */
  unconfirmedMs(): number;
  /** Time in pauses until now, ms. */
  pausedMs(): number;
  readonly pause: () => Promise<void>;
  /** @throws Refused */
  readonly goOn: () => Promise<void>;
  /** @throws Refused */
  readonly end: () => Promise<void>;
  /** The service said elsewhere that it ended. */
  endedBy(reason: EndReason | null, at: string | null): void;
  warn(endsAt: string | null): void;
}

const AGAIN_MS = 2_000;

export function startCall(gameId: string): Call {
  return { method: 'POST', path: '/playtime/start', body: { game_id: gameId, device_id: DEVICE_ID } };
}

/** @throws Refused */
export async function startPlaying(gameId: string): Promise<{ session: PlaySession; started: StartedSession }> {
  const started = await player.call<StartedSession>(startCall(gameId));
  return { session: sessionOf(gameId, started), started };
}

function sessionOf(gameId: string, first: StartedSession): PlaySession {
  const state = signal<PlayState>(stateOf(gameId, first));
  // By this window's clock (monotonic): when it began to count, and what of that the service has dealt with.
  let countedFrom = performance.now();
  let acknowledgedMs = 0;
  let pausedFrom = 0;
  let pausesMs = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let beating: Promise<void> | null = null;

  const activeMs = (): number => Math.max(0, Math.round(performance.now() - countedFrom));
  const change = (changes: Partial<PlayState>): void => {
    state.value = { ...state.value, ...changes };
    if (changes.totalSeconds !== undefined) tellTotal(gameId, changes.totalSeconds);
  };

  function schedule(inMs: number): void {
    clearTimeout(timer);
    change({ nextBeatAt: Date.now() + inMs });
    timer = setTimeout(() => void beat(), inMs);
  }

  /** One at a time; a beat that finds nobody is tried again as it is: it is counted once. */
  function beat(): Promise<void> {
    beating ??= beatNow().finally(() => (beating = null));
    return beating;
  }

  async function beatNow(): Promise<void> {
    clearTimeout(timer);
    const body = nextBeat();
    while (state.value.phase !== 'ended') {
      try {
        take(await playerSocket.beat(body), body);
        if (state.value.phase === 'playing') schedule(state.value.intervalSeconds * 1_000);
        return;
      } catch (error) {
        if (refusesForGood(error)) return endedBy(reasonOf(error), endOf(error));
        change({ unanswered: true });
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
  }

  function nextBeat(): BeatBody {
    return { session_id: state.value.sessionId, seq: state.value.seq + 1, active_ms: activeMs() };
  }

  function take(reply: BeatReply, body: BeatBody): void {
    acknowledgedMs = body.active_ms ?? 0;
    change({
      creditedSeconds: reply.credited_seconds,
      totalSeconds: reply.game_total_seconds,
      seq: reply.seq,
      intervalSeconds: reply.next_heartbeat_seconds,
      endsAt: reply.ends_at,
      unanswered: false,
    });
  }

  function settle(ended: PlayState['ended']): void {
    clearTimeout(timer);
    if (state.value.phase === 'paused') pausesMs += performance.now() - pausedFrom;
    change({ phase: 'ended', nextBeatAt: null, endsAt: null, unanswered: false, ended });
  }

  function endedBy(reason: EndReason | null, at: string | null): void {
    if (state.value.phase !== 'ended') settle({ reason, at });
  }

  void beat();
  return {
    state,
    endedBy,
    unconfirmedMs: () => (state.value.phase === 'playing' ? Math.max(0, activeMs() - acknowledgedMs) : 0),
    pausedMs: () => pausesMs + (state.value.phase === 'paused' ? performance.now() - pausedFrom : 0),
    async pause() {
      await beating;
      await beat();
      if (state.value.phase !== 'playing') return;
      clearTimeout(timer);
      pausedFrom = performance.now();
      change({ phase: 'paused', nextBeatAt: null });
    },
    async goOn() {
      const started = await player.call<StartedSession>(startCall(gameId));
      pausesMs += performance.now() - pausedFrom;
      countedFrom = performance.now();
      acknowledgedMs = 0;
      // The same session, unless it ended by time meanwhile.
      state.value = stateOf(gameId, started);
      await beat();
    },
    async end() {
      await beating;
      if (state.value.phase === 'ended') return;
      // What lies in a pause was reported when it began.
      const body = state.value.phase === 'paused' ? { ...nextBeat(), active_ms: acknowledgedMs } : nextBeat();
      try {
        const reply = await playerSocket.end(body);
        change({ creditedSeconds: reply.credited_seconds, totalSeconds: reply.game_total_seconds, seq: reply.seq });
        settle({ reason: reply.end_reason, at: reply.ended_at });
      } catch (error) {
        if (!refusesForGood(error)) throw error;
        endedBy(reasonOf(error), endOf(error));
      }
    },
    warn: (endsAt) => change({ endsAt }),
  };
}

function stateOf(gameId: string, started: StartedSession): PlayState {
  return {
    phase: 'playing',
    gameId,
    sessionId: started.session_id,
    startedAt: started.started_at,
    creditedSeconds: started.credited_seconds,
    totalSeconds: started.game_total_seconds,
    seq: started.seq,
    resumed: started.resumed,
    intervalSeconds: started.heartbeat_interval_seconds,
    nextBeatAt: null,
    endsAt: started.ends_at,
    unanswered: false,
    ended: null,
  };
}

/** The session takes no more beats; anything else passes. */
function refusesForGood(error: unknown): error is Refused {
  return (
    error instanceof Refused && error.status >= 400 && error.status < 500 && ![401, 408, 429].includes(error.status)
  );
}

function reasonOf({ data }: Refused): EndReason | null {
  return typeof data['end_reason'] === 'string' ? (data['end_reason'] as EndReason) : null;
}

function endOf({ data }: Refused): string | null {
  return typeof data['ended_at'] === 'string' ? data['ended_at'] : null;
}
