/**
 * Judges a round from outside: from what launchers were told and what PostgreSQL holds in the end, and from nothing the
 * engine says of itself. Pure, so that forged histories can prove that each promise's violation is found.
 */
import { isUnknown } from './exchange.ts';
import type { EpochSample, RoundHistory, Violation } from './round-history.ts';
import { verifyClock } from './verify-clock.ts';
import { verifyOffline } from './verify-offline.ts';
import { verifySessions } from './verify-sessions.ts';
import { verifyStatistics } from './verify-statistics.ts';
import { verifySums } from './verify-sums.ts';

export function verify(history: RoundHistory): readonly Violation[] {
  return [
    ...verifySessions(history),
    ...verifyClock(history),
    ...verifySums(history),
    ...verifyStatistics(history),
    ...verifyOffline(history),
    ...verifyEpochs(history.epochs),
    ...verifyFailures(history),
    ...history.leftovers.map((what): Violation => ({ invariant: 'not closed', what })),
    ...history.crashes.map((what): Violation => ({ invariant: 'process ended', what })),
  ];
}

/** Epochs only rise; within one, the owner stays the same until it lets go. */
function verifyEpochs(samples: readonly EpochSample[]): Violation[] {
  const last = new Map<number, EpochSample>();
  const violations: Violation[] = [];
  for (const sample of samples.toSorted((a, b) => a.at - b.at)) {
    const before = last.get(sample.shard);
    last.set(sample.shard, sample);
    if (!before || sample.epoch > before.epoch) continue;
    const kept = sample.epoch === before.epoch && (sample.owner === before.owner || sample.owner === null);
    if (kept) continue;
    const show = ({ epoch, owner, at }: EpochSample): string => `${epoch} of ${owner} at ${at}`;
    violations.push({
      invariant: 'epoch went back',
      what: `shard ${sample.shard}: ${show(before)}, then ${show(sample)}`,
    });
  }
  return violations;
}

/** A failure says "not now" (503) or nothing at all; other requests than beats are never refused here. */
function verifyFailures({ exchanges }: RoundHistory): Violation[] {
  return exchanges.flatMap((exchange): Violation[] => {
    const { failure, op, user } = exchange;
    if (failure === null || failure.status === 0 || failure.status === 503) return [];
    const what = `${op} of ${user} at ${exchange.calledAt}: ${failure.status} ${failure.code} (${failure.detail})`;
    if (isUnknown(exchange)) return [{ invariant: 'failure not in the catalogue', what }];
    return op === 'heartbeat' || op === 'end' ? [] : [{ invariant: 'refusal unexplained', what }];
  });
}
