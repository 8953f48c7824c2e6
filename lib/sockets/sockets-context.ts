import type { ResumeOutcome } from '../contract/frames.ts';
import type { FailureLog } from '../http/reply.ts';
import type { Beats } from '../playtime/beats.ts';
import type { NewsFeed } from '../ports/news.ts';
import type { LauncherSession } from './launcher-session.ts';
import type { OutgoingRules } from './outgoing.ts';
import type { SecondsWheel } from './seconds-wheel.ts';
import type { Traces } from '../telemetry/tracing/traces.ts';
import type { TrustContext } from './trust.ts';

/** Counts what happens on sockets. */
export interface SocketMetrics {
  opened(): void;
  closed(code: number): void;
  /** A frame of this type came in; `refused`: it could not be read. */
  received(type: string): void;
  sent(kind: string): void;
  /** @param ms from the frame to its reply */
  answered(type: 'heartbeat' | 'end', status: number, ms: number): void;
  resumed(outcome: ResumeOutcome): void;
  /** Closed because it does not take out what is sent. */
  slow(): void;
  /** Cut because it does not answer pings. */
  silent(): void;
  /** Once a second: hands on what was counted. */
  publish(): void;
}

/** What all sockets of a node share. */
export interface SocketsContext extends TrustContext {
  readonly beats: Beats;
  readonly feed: NewsFeed;
  readonly wheel: SecondsWheel<LauncherSession>;
  readonly metrics: SocketMetrics;
  readonly outgoing: OutgoingRules;
  readonly log: FailureLog;
  readonly traces: Traces;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly rules: {
    /** How long a socket may be silent before it begins without resuming. */
    readonly beginMs: number;
    readonly pingIntervalMs: number;
    readonly framesPerSecond: number;
    readonly requestDeadlineMs: number;
  };
}
