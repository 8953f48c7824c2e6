import { sql, type Kysely, type Transaction } from 'kysely';
import type { Schema } from './schema.ts';

/** The tables partitioned by month: by which column, and how full a page is filled on insert. */
export const PARTITIONED = [
  { table: 'playtime_sessions', column: 'started_at', fillfactor: 70 },
  { table: 'library_audit_log', column: 'occurred_at', fillfactor: 100 },
  { table: 'achievement_audit_log', column: 'occurred_at', fillfactor: 100 },
] as const;
export type PartitionedTable = (typeof PARTITIONED)[number];

/** Sessions played offline are taken up to 90 days late. */
export const PARTITION_MONTHS_BEHIND = 3;

/** A queue of writers behind our lock would be an outage: give up soon, and try again at the next run. */
const LOCK_TIMEOUT_MS = 3_000;

/**
 * Makes the partitions of this month, of those that late reports may still reach and of the next `monthsAhead`, for
 * every partitioned table. Rows that waited in the default partition move over. Safe to run from many processes at once.
 *
 * @param now ms since the Unix epoch
 * @returns the names of the tables made.
 */
export async function ensurePartitions(
  db: Kysely<Schema>,
  now: number,
  monthsAhead: number,
): Promise<readonly string[]> {
  const made: string[] = [];
  for (const partitioned of PARTITIONED) {
    const existing = new Set(await partitionsOf(db, partitioned));
    for (let offset = -PARTITION_MONTHS_BEHIND; offset <= monthsAhead; offset += 1) {
      const month = monthStart(now, offset);
      const name = partitionName(partitioned, month);
      if (existing.has(name)) continue;
      if (await makePartition(db, partitioned, name, month)) made.push(name);
    }
  }
  return made;
}

/**
 * Drops the partitions of all months that ended before the last `keepMonths` full months; totals are not touched.
 *
 * @returns the names of the tables dropped.
 */
export async function retirePartitions(
  db: Kysely<Schema>,
  partitioned: PartitionedTable,
  now: number,
  keepMonths: number,
): Promise<readonly string[]> {
  const oldestKept = partitionName(partitioned, monthStart(now, -keepMonths));
  const dropped: string[] = [];
  for (const name of await partitionsOf(db, partitioned)) {
    // Zero-padded: names sort as the months do.
    if (name >= oldestKept) continue;
    await exclusively(db, partitioned, async (transaction) => {
      await sql`DROP TABLE IF EXISTS ${sql.table(name)}`.execute(transaction);
    });
    dropped.push(name);
  }
  return dropped;
}

/** The monthly partitions of a table, oldest first; the default one is not among them. */
export async function partitionsOf(db: Kysely<Schema>, { table }: PartitionedTable): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    SELECT child.relname AS name
    FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
    WHERE inhparent = ${table}::regclass AND child.relname ~ '_y[0-9]{4}m[0-9]{2}$'
    ORDER BY 1`.execute(db);
  return rows.map((row) => row.name);
}

async function makePartition(
  db: Kysely<Schema>,
  partitioned: PartitionedTable,
  name: string,
  month: Date,
): Promise<boolean> {
  const { table, column, fillfactor } = partitioned;
  const next = monthStart(month.getTime(), 1);
  const inside = sql`${sql.ref(column)} >= ${month} AND ${sql.ref(column)} < ${next}`;
  return exclusively(db, partitioned, async (transaction) => {
    const { rows } = await sql<{ exists: boolean }>`SELECT to_regclass(${name}) IS NOT NULL AS exists`.execute(
      transaction,
    );
    if (rows[0]?.exists) return false;
    const partition = sql.table(name);
    const rest = sql.table(`${table}_default`);
    await sql`
      CREATE TABLE ${partition} (LIKE ${sql.table(table)} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)
      WITH (fillfactor = ${sql.lit(fillfactor)})`.execute(transaction);
    await sql`
      WITH moved AS (DELETE FROM ${rest} WHERE ${inside} RETURNING *)
      INSERT INTO ${partition} SELECT * FROM moved`.execute(transaction);
    await sql`
      ALTER TABLE ${sql.table(table)} ATTACH PARTITION ${partition}
      FOR VALUES FROM (${sql.lit(month.toISOString())}) TO (${sql.lit(next.toISOString())})`.execute(transaction);
    return true;
  });
}

async function exclusively<Result>(
  db: Kysely<Schema>,
  { table }: PartitionedTable,
  run: (transaction: Transaction<Schema>) => Promise<Result>,
): Promise<Result> {
  return db.transaction().execute(async (transaction) => {
    await sql`SET LOCAL lock_timeout = ${sql.lit(LOCK_TIMEOUT_MS)}`.execute(transaction);
    await sql`LOCK TABLE ${sql.table(table)} IN ACCESS EXCLUSIVE MODE`.execute(transaction);
    return run(transaction);
  });
}

/** The first moment (UTC) of the month `offset` months after the one that holds `at`. */
function monthStart(at: number, offset: number): Date {
  const date = new Date(at);
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset, 1));
}

function partitionName({ table }: PartitionedTable, month: Date): string {
  const number = String(month.getUTCMonth() + 1).padStart(2, '0');
  return `${table}_y${month.getUTCFullYear()}m${number}`;
}
