/** What launchers felt of each fault: how many requests failed, until when, and how slow the slowest was. */
import { isUnknown, type Exchange } from './exchange.ts';
import type { Violation } from './round-history.ts';
import { KILL_ENGINE, RESTART_ENGINES, RESTART_GATEWAYS } from './process-faults.ts';

/** One or two faults at a time, from the moment they began to where the next ones do. */
export interface Episode {
  readonly kinds: readonly string[];
  readonly startedAt: number;
  readonly endedAt: number;
}

export interface Outage {
  readonly kind: string;
  readonly times: number;
  readonly requests: number;
  readonly failed: number;
  /** From the beginning of the fault to the last request that failed, at most, ms. */
  readonly errorsForMs: number;
  readonly slowestMs: number;
}

const TAKEOVER_LIMIT_MS = 5_000;

/** What was felt of one kind of fault, from the episodes in which it was alone; null when there was none. */
export function outageOf(kind: string, rounds: readonly FeltRound[]): Outage | null {
  const felt = rounds.flatMap(({ episodes, exchanges }) =>
    episodes.filter(({ kinds }) => kinds.length === 1 && kinds[0] === kind).map((episode) => feel(episode, exchanges)),
  );
  if (felt.length === 0) return null;
  const sum = (of: (one: (typeof felt)[number]) => number): number => felt.reduce((total, one) => total + of(one), 0);
  return {
    kind,
    times: felt.length,
    requests: sum(({ requests }) => requests),
    failed: sum(({ failed }) => failed),
    errorsForMs: Math.max(...felt.map(({ errorsForMs }) => errorsForMs)),
    slowestMs: Math.max(...felt.map(({ slowestMs }) => slowestMs)),
  };
}

export interface FeltRound {
  readonly episodes: readonly Episode[];
  readonly exchanges: readonly Exchange[];
}

function feel({ startedAt, endedAt }: Episode, exchanges: readonly Exchange[]) {
  // Also those that were under way when it began; what ends after it was struck by the next one.
  const concerned = exchanges.filter(({ returnedAt }) => returnedAt >= startedAt && returnedAt < endedAt);
  const failed = concerned.filter(isUnknown);
  return {
    requests: concerned.length,
    failed: failed.length,
    errorsForMs: Math.max(0, ...failed.map(({ returnedAt }) => returnedAt - startedAt)),
    slowestMs: Math.max(0, ...concerned.map(({ calledAt, returnedAt }) => returnedAt - calledAt)),
  };
}

/** The promises about availability, each for a fault that comes alone. */
export function verifyAvailability({ episodes, exchanges }: FeltRound): Violation[] {
  return episodes.flatMap((episode): Violation[] => {
    const [kind, another] = episode.kinds;
    if (another !== undefined) return [];
    const { failed, errorsForMs } = feel(episode, exchanges);
    if (kind === KILL_ENGINE.kind && errorsForMs >= TAKEOVER_LIMIT_MS) {
      return [{ invariant: 'takeover too slow', what: `${kind}: requests failed for ${errorsForMs} ms (${failed})` }];
    }
    if ((kind === RESTART_ENGINES.kind || kind === RESTART_GATEWAYS.kind) && failed > 0) {
      return [{ invariant: 'failed in a rolling restart', what: `${kind}: ${failed} requests failed` }];
    }
    return [];
  });
}
