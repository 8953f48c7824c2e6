import { FLUSH_STATEMENT, flushParameters } from './flush-statement.ts';
import type { SqlExecutor } from '../db/database.ts';
import type { PlaytimeSink } from '../ports/playtime-sink.ts';

/** The {@link PlaytimeSink} on PostgreSQL: one statement a batch, planned once a connection. */
export function postgresPlaytimeSink(executor: SqlExecutor): PlaytimeSink {
  return {
    async flush(rows) {
      if (rows.length === 0) return;
      await executor.query(FLUSH_STATEMENT, flushParameters(rows, false), 'playtime_flush');
    },
  };
}
