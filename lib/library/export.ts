import { Readable } from 'node:stream';
import { USER_TABLES, type UserTable } from './user-tables.ts';
import type { ExportLine } from '../contract/export.ts';
import type { SqlExecutor } from '../db/database.ts';

/** Rises when lines change in a way that a reader must know of. */
const FORMAT_VERSION = 1;
const BATCH_ROWS = 500;

type Exported = Extract<UserTable, { exportAs: string }>;
type Row = Readonly<Record<string, unknown>>;

/**
 * All of a user's data as lines of JSON: a header, one object a row, table by table, and an end with their number. Rows
 * are read in batches by primary key, as fast as the reader takes them and without a transaction around it: a slow
 * reader holds neither memory nor a connection.
 *
 * @param now ms since the Unix epoch
 */
export function exportLines(executor: SqlExecutor, userId: string, now: number): Readable {
  return Readable.from(chunks(executor, userId, now), { objectMode: false });
}

async function* chunks(executor: SqlExecutor, userId: string, now: number): AsyncGenerator<string> {
  const exported_at = new Date(now).toISOString();
  yield lineOf({ type: 'header', data: { format_version: FORMAT_VERSION, exported_at, user_id: userId } });
  let count = 0;
  for (const table of USER_TABLES) {
    if (table.exportAs === null) continue;
    let last: Row | undefined;
    do {
      const rows: readonly Row[] = await batch(executor, userId, table, last);
      if (rows.length > 0) yield rows.map((row) => lineOf({ type: table.exportAs, data: dataOf(row, table) })).join('');
      count += rows.length;
      last = rows.length < batchOf(table) ? undefined : rows.at(-1);
    } while (last !== undefined);
  }
  yield lineOf({ type: 'end', count });
}

function lineOf(line: ExportLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** The statement for a table's first batch, or a later one. Names come from our own list, never from a request. */
export function exportStatement(exported: Exported, first: boolean): string {
  const { table, key } = exported;
  const after = first ? '' : `AND (${key.join(', ')}) > (${key.map((_, at) => `$${at + 2}`).join(', ')})`;
  return `SELECT * FROM ${table} WHERE user_id = $1 ${after} ORDER BY ${['user_id', ...key].join(', ')} LIMIT ${batchOf(exported)}`;
}

function batchOf({ batchRows = BATCH_ROWS }: Exported): number {
  return batchRows;
}

async function batch(
  executor: SqlExecutor,
  userId: string,
  table: Exported,
  last: Row | undefined,
): Promise<readonly Row[]> {
  const after = last === undefined ? [] : table.key.map((column) => last[column]);
  const { rows } = await executor.query<Row>(exportStatement(table, last === undefined), [userId, ...after]);
  return rows;
}

function dataOf(row: Row, { omit = [] }: Exported): Row {
  return Object.fromEntries(
    Object.entries(row)
      .filter(([column]) => column !== 'user_id' && !omit.includes(column))
      .map(([column, value]) => [column, value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value]),
  );
}
