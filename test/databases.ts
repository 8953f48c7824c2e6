import { afterAll, beforeAll, describe } from '@jest/globals';
import { openMigratedPglite, openMigratedPostgres, type MigratedDatabase } from './database-templates.ts';
import { describeWithServer } from './servers.ts';
import type { Database } from '../lib/db/database.ts';

export { TEST_NOW } from './database-templates.ts';

const OPEN_TIMEOUT_MS = 180_000;

/**
 * Runs a suite on the embedded PostgreSQL and, where this run has one, on a real server: each with a database of its
 * own, migrated. The body calls `database()` in hooks and tests only.
 */
export function onEachDatabase(title: string, body: (database: () => Database) => void): void {
  describe(`${title}, on PGlite`, () => {
    body(databaseOfSuite(openMigratedPglite));
  });
  describeWithServer('PostgreSQL', `${title}, on PostgreSQL`, (address) => {
    let opened: MigratedDatabase;
    const database = databaseOfSuite(async () => {
      opened = await openMigratedPostgres(address);
      return opened.database;
    });
    body(database);
    afterAll(() => opened.drop());
  });
}

function databaseOfSuite(open: () => Promise<Database>): () => Database {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  }, OPEN_TIMEOUT_MS);
  afterAll(() => database.close());
  return () => database;
}
