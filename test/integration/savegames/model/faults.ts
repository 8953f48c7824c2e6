import type { Database } from '../../../../lib/db/database.ts';
import type { Fault, MemorySaveStore } from '../../../memory-save-store.ts';
import { steppedDatabase } from '../../../stepped-database.ts';

/** The process dies at this step, of those that it takes with the database and the store together; from 1 on. */
export interface Crash {
  readonly at: number;
  readonly fault: Fault;
}

export interface Crashed<Result> {
  /** Null: the process died first. */
  readonly result: Result | null;
  /** Whether the step was reached. */
  readonly died: boolean;
}

/**
 * Lets work die: from the step on nothing of it is done any more. Resolves when nothing of it is under way either.
 *
 * @throws what the work rejects with, unless it died
 */
export async function dying<Result>(
  database: Database,
  store: MemorySaveStore,
  crash: Crash | null,
  work: (database: Pick<Database, 'db' | 'executor'>) => Promise<Result>,
): Promise<Crashed<Result>> {
  if (crash === null) return { result: await work(database), died: false };
  let steps = 0;
  const step = (): Fault | null => {
    steps += 1;
    if (steps < crash.at) return null;
    return steps === crash.at ? crash.fault : 'not done';
  };
  const stepped = steppedDatabase(database, step);
  store.faults = step;
  try {
    return { result: await work(stepped), died: steps >= crash.at };
  } catch (error) {
    if (steps < crash.at) throw error;
    return { result: null, died: true };
  } finally {
    await stepped.idle();
    store.faults = () => null;
  }
}
