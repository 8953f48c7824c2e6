import { afterAll, beforeAll, describe } from '@jest/globals';
import { openDatabase, type Database } from '../lib/db/database.ts';
import { prepareDatabase } from '../lib/db/prepare.ts';
import { createDatabase, type FreshDatabase } from '../scripts/servers/postgres.ts';
import { describeWithServer } from './servers.ts';

/** A moment that the tests' partitions are made for. */
export const TEST_NOW = Date.UTC(2026, 2, 15, 12);

const OPEN_TIMEOUT_MS = 60_000;

/**
 * Runs a suite on the embedded PostgreSQL and, where this run has one, on a real server: each with a database of its
 * own, migrated. The body calls `database()` in hooks and tests only.
 */
export function onEachDatabase(title: string, body: (database: () => Database) => void): void {
  describe(`${title}, on PGlite`, () => {
    body(databaseOfSuite(() => openDatabase({ memory: true })));
  });
  describeWithServer('PostgreSQL', `${title}, on PostgreSQL`, (address) => {
    let fresh: FreshDatabase;
    const database = databaseOfSuite(async () => {
      fresh = await createDatabase(address, 'test');
      return openDatabase({ dsn: fresh.dsn });
    });
    body(database);
    afterAll(() => fresh.drop());
  });
}

function databaseOfSuite(open: () => Promise<Database>): () => Database {
  let database: Database;
  beforeAll(async () => {
    database = await open();
    await prepareDatabase(database, TEST_NOW);
  }, OPEN_TIMEOUT_MS);
  afterAll(() => database.close());
  return () => database;
}
