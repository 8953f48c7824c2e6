import { Kysely, PostgresDialect, type LogEvent } from 'kysely';
import pg from 'pg';
import { columnTypes } from './column-types.ts';
import { openPglitePool } from './pglite-pool.ts';
import type { Schema } from './schema.ts';
import { TracedClient } from './traced-client.ts';

/** Where the data lives: a PostgreSQL server, a directory of the embedded PostgreSQL, or its memory (tests). */
export type DatabaseLocation =
  | {
      readonly dsn: string;
      /** How many connections this process may hold at once. */
      readonly poolSize?: number;
      readonly applicationName?: string;
      readonly ssl?: pg.PoolConfig['ssl'];
    }
  | { readonly directory: string }
  | {
      readonly memory: true;
      /** The data directory that it begins with, as PGlite dumps it; absent: an empty database. */
      readonly contents?: Blob;
    };

/** Runs SQL that is written out by hand, outside any transaction. */
export interface SqlExecutor {
  /** @param name plans the statement once per connection under this name; the text must then never vary. */
  query<Row extends object>(
    text: string,
    params?: readonly unknown[],
    name?: string,
  ): Promise<{ readonly rows: Row[]; readonly rowCount: number }>;
}

export interface Database {
  readonly db: Kysely<Schema>;
  readonly executor: SqlExecutor;
  readonly kind: 'postgresql' | 'pglite';
  /** The server's version, such as `15.14`. */
  version(): Promise<string>;
  /** Resolves when the database answers, rejects otherwise; for readiness. */
  ping(): Promise<void>;
  /** Waits for queries under way, then lets go of connections, directory and lock. */
  readonly close: () => Promise<void>;
}

/** The connections of a pool at one moment. */
export interface PoolStats {
  readonly inUse: number;
  readonly idle: number;
  /** Requests without one. */
  readonly waiting: number;
}

/** Who watches a pool, for metrics. Implementations must not throw. */
export interface DatabaseObserver {
  /** Once: how the pool can be asked for its state. */
  opened(stats: () => PoolStats): void;
  /** A statement came to its end; ms from its being sent, with the wait for a connection where it is not of a transaction. */
  answered(ms: number, error: unknown): void;
}

const POOL_SIZE = 10;
const CONNECT_TIMEOUT_MS = 5_000;
/** Above any statement of ours by far; keeps a stuck one from holding a connection, and its locks, for good. */
const STATEMENT_TIMEOUT_MS = 60_000;

/**
 * Opens the database. A server is not contacted before the first query; the embedded one is started.
 *
 * @param onConnectionLost told of every connection that broke, idle or in use; the pool replaces it by itself.
 * @throws DirectoryInUse when another process has the directory open.
 */
export async function openDatabase(
  location: DatabaseLocation,
  onConnectionLost: (error: Error) => void = () => undefined,
  observer?: DatabaseObserver,
): Promise<Database> {
  if ('dsn' in location) {
    const pool = new pg.Pool({
      Client: TracedClient,
      connectionString: location.dsn,
      max: location.poolSize ?? POOL_SIZE,
      application_name: location.applicationName ?? 'library-service',
      ...(location.ssl === undefined ? {} : { ssl: location.ssl }),
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      keepAlive: true,
      types: columnTypes(),
    });
    // A connection also reports its loss as an event while a transaction has it, and unheard that would end this process.
    pool.on('connect', (client) => client.on('error', onConnectionLost));
    // The pool repeats what its idle connections have just told.
    pool.on('error', () => undefined);
    return wrap(pool, 'postgresql', () => pool.end(), observer);
  }
  const { pool, close } = await openPglitePool(location);
  return wrap(pool, 'pglite', close, observer);
}

function wrap(
  pool: pg.Pool,
  kind: Database['kind'],
  close: () => Promise<void>,
  observer: DatabaseObserver | undefined,
): Database {
  observer?.opened(() => ({
    inUse: pool.totalCount - pool.idleCount,
    idle: pool.idleCount,
    waiting: pool.waitingCount,
  }));
  const executor: SqlExecutor = {
    async query<Row extends object>(text: string, params: readonly unknown[] = [], name?: string) {
      const values = params as unknown[];
      const statement = name === undefined ? { text, values } : { name, text, values };
      const result = await observed(observer, () => queryOnce<Row>(pool, statement));
      return { rows: result.rows, rowCount: result.rowCount ?? 0 };
    },
  };
  return {
    db: new Kysely<Schema>({ dialect: new PostgresDialect({ pool }), ...(observer && { log: logTo(observer) }) }),
    executor,
    kind,
    async version() {
      const { rows } = await executor.query<{ server_version: string }>('SHOW server_version');
      return rows[0]?.server_version.split(' ')[0] ?? 'unknown';
    },
    async ping() {
      await executor.query('SELECT 1');
    },
    close,
  };
}

/**
 * As the pool's own `query`, but sent from the caller's own context: the pool sends what had to wait for a connection from
 * that of whoever gave the connection back, and the statement would become a step of another request's trace.
 */
async function queryOnce<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  statement: pg.QueryConfig,
): Promise<pg.QueryResult<Row>> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    return await client.query<Row>(statement);
  } catch (error) {
    failure = error as Error;
    throw error;
  } finally {
    client.release(failure);
  }
}

async function observed<Result>(observer: DatabaseObserver | undefined, query: () => Promise<Result>): Promise<Result> {
  if (observer === undefined) return query();
  const begun = performance.now();
  try {
    const result = await query();
    observer.answered(performance.now() - begun, null);
    return result;
  } catch (error) {
    observer.answered(performance.now() - begun, error);
    throw error;
  }
}

/** Kysely's log is the one place that sees its statements, those of transactions among them. */
function logTo(observer: DatabaseObserver): (event: LogEvent) => void {
  return (event) => observer.answered(event.queryDurationMillis, event.level === 'error' ? event.error : null);
}
