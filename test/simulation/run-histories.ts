import { it } from '@jest/globals';
import { runHistory } from './history.ts';

const FAILURES_SHOWN = 5;

/** Defines the test that histories of these seeds violate nothing; with SIM_SEED in the environment, of that one only. */
export function itHoldsForSeeds(from: number, count: number): void {
  const only = process.env['SIM_SEED'];
  const seeds = only === undefined ? Array.from({ length: count }, (_, at) => from + at) : [Number(only)];
  const title = only === undefined ? `in ${count} histories from seed ${from} on` : `in the history of seed ${only}`;
  it(`${title}, nothing acknowledged is lost, nothing counted twice, and everything comes to rest`, async () => {
    for (const seed of seeds) {
      const violations = await runHistory(seed);
      if (violations.length === 0) continue;
      throw new Error(
        [
          `seed ${seed}: replay with  npm run sim -- --seed ${seed} --verbose`,
          ...violations.slice(0, FAILURES_SHOWN),
        ].join('\n  '),
      );
    }
  }, 600_000);
}
