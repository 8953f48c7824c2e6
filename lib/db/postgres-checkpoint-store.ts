import type { Acquired, CheckpointStore, CommitOutcome, ShardCommit, ShardLease } from '../ports/checkpoint-store.ts';
import { keyToUuid, mustUuidKey } from '../uuid.ts';
import type { SqlExecutor } from './database.ts';

export interface PostgresCheckpointStoreOptions {
  /** A call without an answer rejects after this, outcome unknown; default 5000 ms. */
  readonly timeoutMs?: number;
}

/** Above every commit's number: whatever is still on its way in a released epoch is refused. */
const RELEASED = Number.MAX_SAFE_INTEGER;

/**
 * Checkpoints in PostgreSQL, on a server or embedded. The atomic steps are the functions of migration
 * `0002_checkpoints`: one call each, one transaction.
 *
 * The executor and what is behind it stay the caller's: `close` does not close them.
 */
export class PostgresCheckpointStore implements CheckpointStore {
  readonly #executor: SqlExecutor;
  readonly #timeoutMs: number;

  constructor(executor: SqlExecutor, options: PostgresCheckpointStoreOptions = {}) {
    this.#executor = executor;
    this.#timeoutMs = options.timeoutMs ?? 5000;
  }

  async acquire(shard: number, owner: string): Promise<Acquired> {
    const [lease, ...records] = await this.#query<{
      new_epoch: number | string;
      record_user: string;
      record_snapshot: Uint8Array;
    }>('checkpoint_acquire', 'SELECT * FROM checkpoint_acquire($1, $2)', [shard, owner]);
    return {
      epoch: Number(lease?.new_epoch),
      records: records.map((row) => ({ user: mustUuidKey(row.record_user), snapshot: row.record_snapshot })),
    };
  }

  async commit(commits: readonly ShardCommit[]): Promise<readonly CommitOutcome[]> {
    if (commits.length === 0) return [];
    const puts = commits.flatMap((commit) => commit.puts.map((record) => ({ shard: commit.shard, ...record })));
    const removes = commits.flatMap(({ shard, removes }) => removes.map((user) => ({ shard, user })));
    const rows = await this.#query<{ refused_shard: number; current_owner: string | null }>(
      'checkpoint_commit',
      'SELECT * FROM checkpoint_commit($1, $2, $3, $4, $5, $6, $7, $8)',
      [
        commits.map(({ shard }) => shard),
        commits.map(({ epoch }) => epoch),
        commits.map(({ number }) => number),
        puts.map(({ shard }) => shard),
        puts.map(({ user }) => keyToUuid(user)),
        puts.map(({ snapshot }) => snapshot),
        removes.map(({ shard }) => shard),
        removes.map(({ user }) => keyToUuid(user)),
      ],
    );
    const refused = new Map(rows.map((row) => [row.refused_shard, row.current_owner]));
    return commits.map(({ shard }) => {
      const owner = refused.get(shard);
      return owner === undefined ? { applied: true } : { applied: false, owner };
    });
  }

  async release(shard: number, epoch: number): Promise<void> {
    await this.#query(
      'checkpoint_release',
      `UPDATE checkpoint_shards SET owner = NULL, number = ${RELEASED} WHERE shard = $1 AND epoch = $2`,
      [shard, epoch],
    );
  }

  async shards(): Promise<readonly ShardLease[]> {
    const rows = await this.#query<{ shard: number; epoch: number; owner: string | null; records: number }>(
      'checkpoint_shards',
      `SELECT s.shard, s.epoch, s.owner, (SELECT count(*) FROM checkpoint_records r WHERE r.shard = s.shard) AS records
       FROM checkpoint_shards s ORDER BY s.shard`,
      [],
    );
    return rows.map((row) => ({ ...row, epoch: Number(row.epoch), records: Number(row.records) }));
  }

  async ping(): Promise<void> {
    await this.#query('checkpoint_ping', 'SELECT 1', []);
  }

  async close(): Promise<void> {}

  async #query<Row extends object>(name: string, text: string, params: readonly unknown[]): Promise<readonly Row[]> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_resolve, reject) => {
      const error = new Error(`the checkpoint store did not answer ${name} within ${this.#timeoutMs} ms`);
      timer = setTimeout(() => reject(error), this.#timeoutMs);
    });
    try {
      const { rows } = await Promise.race([this.#executor.query<Row>(text, params, name), timeout]);
      return rows;
    } finally {
      clearTimeout(timer);
    }
  }
}
