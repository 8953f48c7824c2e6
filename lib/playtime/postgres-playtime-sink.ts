import { FLUSH_STATEMENT, flushParameters, TRACED_FLUSH_STATEMENT, tracedFlushParameters } from './flush-statement.ts';
import type { SqlExecutor } from '../db/database.ts';
import type { PlaytimeSink } from '../ports/playtime-sink.ts';

/** The {@link PlaytimeSink} on PostgreSQL: one statement a batch, planned once a connection. */
export function postgresPlaytimeSink(executor: SqlExecutor): PlaytimeSink {
  return {
    async flush(rows, traces) {
      if (rows.length === 0) return;
      if (traces !== undefined) {
        await executor.query(
          TRACED_FLUSH_STATEMENT,
          tracedFlushParameters(rows, false, traces),
          'playtime_flush_traced',
        );
        return;
      }
      await executor.query(FLUSH_STATEMENT, flushParameters(rows, false), 'playtime_flush');
    },
  };
}
