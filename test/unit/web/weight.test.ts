import { expect, it } from '@jest/globals';
import { WEIGHT_LIMIT_BYTES, weightOf } from '../../../bench/pages/weight.ts';

it.each(['console', 'play'] as const)('/%s weighs no more than 150 KiB on the wire, all in all', (page) => {
  const bytes = weightOf(page);
  expect(bytes).toBeGreaterThan(5_000);
  expect(bytes).toBeLessThanOrEqual(WEIGHT_LIMIT_BYTES);
});
