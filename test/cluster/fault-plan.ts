import type { Fault } from './fault.ts';
import { PROCESS_FAULTS } from './process-faults.ts';
import { SERVER_FAULTS } from './server-faults.ts';
import type { SeededRandom } from '../simulation/seeded-random.ts';

export const FAULTS: readonly Fault[] = [...PROCESS_FAULTS, ...SERVER_FAULTS];

/** The chance that a second fault strikes while the first one does. */
const SECOND = 0.35;

/**
 * The faults of a round, episode by episode, drawn from its seed. The first one goes in turn through all kinds, so that
 * as many rounds as there are kinds of fault meet each of them alone.
 */
export function planFaults(
  seed: number,
  random: SeededRandom,
  [least, most]: readonly [number, number],
): readonly (readonly Fault[])[] {
  const first = FAULTS[seed % FAULTS.length];
  if (!first) throw new RangeError(`a seed is a whole number from 0 on: ${seed}`);
  const others = Array.from({ length: random.between(least, most) - 1 }, () => {
    const one = random.pick(FAULTS);
    const another = random.pick(FAULTS.filter(({ target }) => target !== one.target));
    return random.chance(SECOND) ? [one, another] : [one];
  });
  return [[first], ...others];
}
