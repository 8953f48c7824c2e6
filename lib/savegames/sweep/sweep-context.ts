import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { DAY_MS } from '../../playtime/days.ts';
import type { SaveStore } from '../../ports/save-store.ts';
import type { SaveRules } from '../account.ts';

/** What the chores of a sweep work with. */
export interface SweepContext {
  readonly db: Kysely<Schema>;
  readonly store: SaveStore;
  /** Ms since the Unix epoch. */
  readonly now: number;
  readonly rules: SaveRules;
  readonly limits: SweepLimits;
  /** Told of what could not be done now. The round goes on with the rest, and the next one comes back to it. */
  readonly failed: (chore: string, error: unknown) => void;
}

export interface SweepLimits {
  /** Rows that a chore takes at once. */
  readonly batch: number;
  /** How many batches a chore does in a round. */
  readonly batches: number;
  /** Objects, and rows, that a round compares. */
  readonly slice: number;
  /**
   * How long an object that no row speaks of is left alone, ms: a database that was restored from a backup knows nothing
   * of the saves made since, and whoever looks after it must have time to notice.
   */
  readonly strayMs: number;
}

export const SWEEP_LIMITS: SweepLimits = { batch: 500, batches: 20, slice: 1000, strayMs: DAY_MS };

/** Batch after batch until one is not full. Returns how much was done. */
export async function inBatches(
  { limits }: Pick<SweepContext, 'limits'>,
  step: () => Promise<{ readonly found: number; readonly done: number }>,
): Promise<number> {
  let total = 0;
  for (let n = 0; n < limits.batches; n += 1) {
    const { found, done } = await step();
    total += done;
    // Nothing done of a full batch: what failed stands first, and would again.
    if (found < limits.batch || done === 0) break;
  }
  return total;
}

/** Does it for each, and for the next one when one fails. Returns the sum of what was done. */
export async function forEachOf<Item>(
  { failed }: Pick<SweepContext, 'failed'>,
  chore: string,
  items: Iterable<Item>,
  work: (item: Item) => Promise<number>,
): Promise<number> {
  let done = 0;
  for (const item of items) {
    try {
      done += await work(item);
    } catch (error) {
      failed(chore, error);
    }
  }
  return done;
}
