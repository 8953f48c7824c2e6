import {
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
} from 'kysely';
import type { Migration } from 'kysely/migration';

/** The statements that a migration would send on its way up, in order. What it reads is empty. */
export async function recordedSql({ up }: Pick<Migration, 'up'>): Promise<readonly string[]> {
  const statements: string[] = [];
  const connection: DatabaseConnection = {
    executeQuery<Row>({ sql }: { readonly sql: string }): Promise<QueryResult<Row>> {
      statements.push(sql);
      return Promise.resolve({ rows: [] });
    },
    async *streamQuery() {
      // Nothing is ever there to be read.
    },
  };
  const nothing = (): Promise<void> => Promise.resolve();
  const driver: Driver = {
    init: nothing,
    destroy: nothing,
    releaseConnection: nothing,
    beginTransaction: nothing,
    commitTransaction: nothing,
    rollbackTransaction: nothing,
    acquireConnection: () => Promise.resolve(connection),
  };
  const db = new Kysely<unknown>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => driver,
      createIntrospector: (of) => new PostgresIntrospector(of),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
  await up(db);
  return statements;
}
