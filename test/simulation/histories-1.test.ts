import { describe } from '@jest/globals';
import { itHoldsForSeeds } from './run-histories.ts';

describe('the engine core under faults', () => {
  itHoldsForSeeds(1, 5_000);
});
