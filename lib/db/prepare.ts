import type { Database } from './database.ts';
import { migrateToLatest } from './migrate.ts';
import { ensurePartitions } from './partitions.ts';

/** Far enough that a job that stands still for weeks leaves nothing to the default partition. */
export const PARTITION_MONTHS_AHEAD = 3;

/**
 * Everything a process needs before its first query: the schema up to date, this month's partitions there.
 * Safe when many processes start at once.
 *
 * @param now ms since the Unix epoch
 * @returns the names of the migrations applied by this call.
 */
export async function prepareDatabase(database: Database, now: number): Promise<readonly string[]> {
  const migrations = await migrateToLatest(database);
  await ensurePartitions(database.db, now, PARTITION_MONTHS_AHEAD);
  return migrations;
}
