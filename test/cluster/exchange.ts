/** What launchers saw: every request with its answer, and the wall-clock moments between which it happened. */
import type {
  BeatBody,
  BeatReply,
  CorrectBody,
  CorrectedSession,
  EndReply,
  OfflineBody,
  OfflineReply,
  PlaytimeStats,
  StartBody,
  StartedSession,
} from '../../lib/contract/playtime.ts';

/** An answer that is no success. `status` is 0 when there was no answer at all. */
export interface Failure {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
}

interface Timed {
  readonly user: string;
  /** Just before the first byte was sent, ms since the Unix epoch. */
  readonly calledAt: number;
  /** When the answer was there, or was given up on. */
  readonly returnedAt: number;
  /** How often the client sent it: again when a connection broke before the first byte of an answer. */
  readonly attempts: number;
  /** Null with a success. */
  readonly failure: Failure | null;
}

export interface StartExchange extends Timed {
  readonly op: 'start';
  readonly body: StartBody;
  readonly reply: StartedSession | null;
}

export interface BeatExchange extends Timed {
  readonly op: 'heartbeat' | 'end';
  readonly body: BeatBody;
  readonly reply: BeatReply | EndReply | null;
}

export interface OfflineExchange extends Timed {
  readonly op: 'offline';
  readonly body: OfflineBody;
  readonly reply: OfflineReply | null;
}

export interface StatsExchange extends Timed {
  readonly op: 'stats';
  readonly reply: PlaytimeStats | null;
}

export interface CorrectExchange extends Timed {
  readonly op: 'correct';
  readonly session: string;
  readonly body: CorrectBody;
  readonly reply: CorrectedSession | null;
}

export type Exchange = StartExchange | BeatExchange | OfflineExchange | StatsExchange | CorrectExchange;

/** Whether the service may have carried the request out although it did not say so. */
export function isUnknown({ failure }: Pick<Exchange, 'failure'>): boolean {
  return failure !== null && (failure.status === 0 || failure.status >= 500);
}
