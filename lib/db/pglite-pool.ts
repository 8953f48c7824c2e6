import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import pg from 'pg';
import { columnTypes } from './column-types.ts';
import type { DatabaseLocation } from './database.ts';
import { lockDirectory } from './directory-lock.ts';
import { TracedClient } from './traced-client.ts';

/** Their files live beside the data, not in it: a directory made without them gets them, too. */
const extensions = { pg_trgm };

type PgliteLocation = Exclude<DatabaseLocation, { readonly dsn: string }>;

export interface PglitePool {
  readonly pool: pg.Pool;
  readonly close: () => Promise<void>;
}

/**
 * A node-postgres pool over the embedded PostgreSQL (PGlite): the same queries, types and errors as on a server.
 *
 * PGlite has one session, so the pool holds one client: whoever has it is alone, and a transaction never mixes with
 * another's queries.
 *
 * @param location the directory where the data and its lock live; without one, the data is kept in memory.
 * @throws DirectoryInUse when another process has the directory open: two would corrupt it.
 */
export async function openPglitePool(location: PgliteLocation): Promise<PglitePool> {
  const unlock = 'directory' in location ? await lockDirectory(location.directory) : null;
  let lite: PGlite;
  try {
    lite = await ('directory' in location
      ? PGlite.create(join(location.directory, 'postgresql'), { extensions })
      : PGlite.create('memory://', { extensions, ...(location.contents && { loadDataDir: location.contents }) }));
  } catch (error) {
    await unlock?.();
    throw error;
  }

  /** Each client gets a connection object of its own: a shared one would pass the end of the last client to the next. */
  class PgliteClient extends TracedClient {
    constructor(config: pg.ClientConfig) {
      super({ ...config, ...createPgConfig(lite) });
    }
  }

  const pool = new pg.Pool({
    Client: PgliteClient as unknown as new () => pg.ClientBase,
    max: 1,
    idleTimeoutMillis: 0,
    types: columnTypes(),
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- the pool awaits it, its types do not say so
    onConnect: resetSession,
  });
  return {
    pool,
    async close() {
      await pool.end();
      await lite.close();
      await unlock?.();
    },
  };
}

/** A discarded client leaves the one session as it was, so the next begins by clearing it. */
async function resetSession(client: pg.ClientBase): Promise<void> {
  await client.query('ROLLBACK');
  await client.query('DISCARD ALL');
}
