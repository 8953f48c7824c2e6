import { describe } from '@jest/globals';
import { itHoldsForSeeds } from './run-histories.ts';

describe('the engine core under faults', () => {
  itHoldsForSeeds(5001, 5_000);
});
