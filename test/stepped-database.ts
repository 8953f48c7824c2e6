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

export interface SteppedDatabase extends Pick<Database, 'db' | 'executor'> {
  /** Resolves when nothing of the work is under way any more: parts of it may go on after it was given up. */
  idle(): Promise<void>;
}

/**
 * The same database, seen by work that can be stopped at any step, or watched. What a broken connection leaves behind is
 * rolled back, as a server does; that is no step.
 */
export function steppedDatabase(database: Database, steps: DatabaseSteps): SteppedDatabase {
  const underWay = new Set<Promise<unknown>>();
  const watched: Watch = (work) => {
    underWay.add(work);
    const ended = (): void => void underWay.delete(work);
    work.then(ended, ended);
    return work;
  };
  const db = new Kysely<Schema>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new SteppedDriver(database.db, steps, watched),
      createIntrospector: (kysely) => new PostgresIntrospector(kysely),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
  const executor: SqlExecutor = {
    async query(text, params, name) {
      await taken(steps, 'connect');
      return take(steps, text, () => watched(database.executor.query(text, params, name)));
    },
  };
  return {
    db,
    executor,
    async idle() {
      do {
        await Promise.allSettled(underWay);
        await new Promise(setImmediate);
      } while (underWay.size > 0);
    },
  };
}

type Watch = <Result>(work: Promise<Result>) => Promise<Result>;

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
  broke = false;
  readonly #inner: DatabaseConnection;
  readonly #steps: DatabaseSteps;

  constructor(inner: DatabaseConnection, release: () => void, steps: DatabaseSteps) {
    this.#inner = inner;
    this.release = release;
    this.#steps = steps;
  }

  async executeQuery<Row>(query: CompiledQuery) {
    try {
      return await take(this.#steps, query.sql, () => this.#inner.executeQuery<Row>(query));
    } catch (error) {
      this.broke ||= error instanceof ConnectionBroke;
      throw error;
    }
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

  readonly #watched: Watch;

  constructor(db: Kysely<Schema>, steps: DatabaseSteps, watched: Watch) {
    this.#db = db;
    this.#steps = steps;
    this.#watched = watched;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<SteppedConnection> {
    await taken(this.#steps, 'connect');
    const acquired = Promise.withResolvers<SteppedConnection>();
    const held = Promise.withResolvers<void>();
    const whole = this.#db.getExecutor().provideConnection((inner) => {
      acquired.resolve(new SteppedConnection(inner, held.resolve, this.#steps));
      return held.promise;
    });
    this.#watched(whole).catch(acquired.reject);
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

  async releaseConnection(connection: SteppedConnection): Promise<void> {
    // A transaction may be open of which nobody knows: the answer to its begin was lost.
    if (connection.broke) await connection.rollback();
    connection.release();
  }

  async destroy(): Promise<void> {}
}
