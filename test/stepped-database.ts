import { CompiledQuery, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import type { DatabaseConnection, Driver, TransactionSettings } from 'kysely';
import type { Database, SqlExecutor } from '../lib/db/database.ts';
import type { Schema } from '../lib/db/schema.ts';
import type { Fault } from './memory-save-store.ts';

/**
 * Asked before every step that work does with the database: `connect` (before a query or transaction gets its
 * connection), `begin`, each statement's text, and `commit`. Null: all is well.
 */
export type DatabaseSteps = (step: string) => Fault | null | Promise<Fault | null>;

/** The connection broke: whether the step was done, nobody knows. */
export class ConnectionBroke extends Error {
  constructor(step: string, fault: Fault) {
    super(`${fault}: ${step.trim().split('\n')[0] ?? ''}`);
    this.name = 'ConnectionBroke';
  }
}

/**
 * The same database, seen by work that can be stopped at any step, or watched. What a broken connection leaves behind is
 * rolled back, as a server does; that is no step.
 */
export function steppedDatabase(database: Database, steps: DatabaseSteps): Pick<Database, 'db' | 'executor'> {
  const db = new Kysely<Schema>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new SteppedDriver(database.db, steps),
      createIntrospector: (kysely) => new PostgresIntrospector(kysely),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
  const executor: SqlExecutor = {
    async query(text, params, name) {
      await taken(steps, 'connect');
      return take(steps, text, () => database.executor.query(text, params, name));
    },
  };
  return { db, executor };
}

async function taken(steps: DatabaseSteps, step: string): Promise<void> {
  await take(steps, step, () => Promise.resolve());
}

async function take<Result>(steps: DatabaseSteps, step: string, work: () => Promise<Result>): Promise<Result> {
  const fault = await steps(step);
  if (fault === 'not done') throw new ConnectionBroke(step, fault);
  const result = await work();
  if (fault === 'answer lost') throw new ConnectionBroke(step, fault);
  return result;
}

class SteppedConnection implements DatabaseConnection {
  readonly release: () => void;
  readonly #inner: DatabaseConnection;
  readonly #steps: DatabaseSteps;

  constructor(inner: DatabaseConnection, release: () => void, steps: DatabaseSteps) {
    this.#inner = inner;
    this.release = release;
    this.#steps = steps;
  }

  executeQuery<Row>(query: CompiledQuery) {
    return take(this.#steps, query.sql, () => this.#inner.executeQuery<Row>(query));
  }

  async rollback(): Promise<void> {
    await this.#inner.executeQuery(CompiledQuery.raw('rollback'));
  }

  streamQuery<Row>(query: CompiledQuery, chunkSize: number) {
    return this.#inner.streamQuery<Row>(query, chunkSize);
  }
}

class SteppedDriver implements Driver {
  readonly #db: Kysely<Schema>;
  readonly #steps: DatabaseSteps;

  constructor(db: Kysely<Schema>, steps: DatabaseSteps) {
    this.#db = db;
    this.#steps = steps;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<SteppedConnection> {
    await taken(this.#steps, 'connect');
    const acquired = Promise.withResolvers<SteppedConnection>();
    const held = Promise.withResolvers<void>();
    this.#db
      .getExecutor()
      .provideConnection((inner) => {
        acquired.resolve(new SteppedConnection(inner, held.resolve, this.#steps));
        return held.promise;
      })
      .catch(acquired.reject);
    return acquired.promise;
  }

  async beginTransaction(connection: SteppedConnection, { isolationLevel }: TransactionSettings): Promise<void> {
    if (isolationLevel !== undefined) throw new TypeError('transactions of another isolation are not known here');
    await connection.executeQuery(CompiledQuery.raw('begin'));
  }

  async commitTransaction(connection: SteppedConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  rollbackTransaction(connection: SteppedConnection): Promise<void> {
    return connection.rollback();
  }

  releaseConnection(connection: SteppedConnection): Promise<void> {
    connection.release();
    return Promise.resolve();
  }

  async destroy(): Promise<void> {}
}
