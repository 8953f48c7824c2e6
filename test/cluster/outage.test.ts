import { describe, expect, it } from '@jest/globals';
import { beat, T, unanswered } from './forged-history.ts';
import { outageOf, verifyAvailability } from './outage.ts';
import { KILL_ENGINE, RESTART_ENGINES, RESTART_GATEWAYS } from './process-faults.ts';

const episode = (...kinds: readonly string[]) => ({ kinds, startedAt: T, endedAt: T + 10_000 });
const failedAt = (calledAt: number) => unanswered(beat(calledAt, 1, 1));

describe('what launchers feel of a fault', () => {
  it('is counted from its beginning to the last request that fails because of it', () => {
    const exchanges = [beat(T - 500, 1, 1), beat(T - 10, 1, 1), failedAt(T + 3_000), failedAt(T + 9_990)];
    expect(outageOf('a fault', [{ episodes: [episode('a fault')], exchanges }])).toEqual({
      kind: 'a fault',
      times: 1,
      requests: 2,
      failed: 1,
      errorsForMs: 3_020,
      slowestMs: 20,
    });
  });

  it('is not told of a fault that never came alone', () => {
    const rounds = [{ episodes: [episode('a fault', 'another')], exchanges: [failedAt(T)] }];
    expect(outageOf('a fault', rounds)).toBeNull();
  });
});

describe('the judge of availability', () => {
  const found = (kinds: readonly string[], ...failures: readonly number[]) =>
    verifyAvailability({ episodes: [episode(...kinds)], exchanges: failures.map(failedAt) }).map(
      ({ invariant }) => invariant,
    );

  it('allows errors for less than five seconds after an engine was killed', () => {
    expect(found([KILL_ENGINE.kind], T + 4_900)).toEqual([]);
    expect(found([KILL_ENGINE.kind], T + 4_980)).toEqual(['takeover too slow']);
  });

  it('allows no failed request in a rolling restart', () => {
    expect(found([RESTART_ENGINES.kind], T + 100)).toEqual(['failed in a rolling restart']);
    expect(found([RESTART_GATEWAYS.kind], T + 100)).toEqual(['failed in a rolling restart']);
    expect(found([RESTART_GATEWAYS.kind])).toEqual([]);
  });

  it('promises nothing when two faults come together', () => {
    expect(found([RESTART_ENGINES.kind, 'another'], T + 100)).toEqual([]);
  });
});
