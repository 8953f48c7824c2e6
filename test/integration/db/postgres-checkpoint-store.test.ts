import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { createDatabase, type FreshDatabase } from '../../../scripts/servers/postgres.ts';
import { openDatabase, type Database } from '../../../lib/db/database.ts';
import { PostgresCheckpointStore } from '../../../lib/db/postgres-checkpoint-store.ts';
import type { ShardCommit } from '../../../lib/ports/checkpoint-store.ts';
import { mustUuidKey } from '../../../lib/uuid.ts';
import { up as createCheckpointTables } from '../../../migrations/0002_checkpoints.ts';
import { describeWithServer } from '../../servers.ts';

const USER = mustUuidKey('0193a000-0000-7000-8000-000000000001');
const SHARD = 7;

describeWithServer('PostgreSQL', 'the checkpoint store when commits wait for the row of their shard', (address) => {
  let fresh: FreshDatabase;
  let database: Database;
  let blocker: Client;

  beforeEach(async () => {
    fresh = await createDatabase(address, 'checkpoint locks');
    database = await openDatabase({ dsn: fresh.dsn });
    await database.db.connection().execute((connection) => createCheckpointTables(connection as never));
    blocker = new Client({ connectionString: fresh.dsn });
    await blocker.connect();
  });

  afterEach(async () => {
    await blocker.end();
    await database.close();
    await fresh.drop();
  });

  async function lockShard(): Promise<void> {
    await blocker.query('BEGIN');
    await blocker.query('SELECT FROM checkpoint_shards WHERE shard = $1 FOR UPDATE', [SHARD]);
  }

  async function untilWaiting(count: number): Promise<void> {
    for (;;) {
      const { rows } = await database.executor.query<{ waiting: number }>(
        `SELECT count(*) AS waiting FROM pg_stat_activity
         WHERE wait_event_type = 'Lock' AND datname = current_database()`,
      );
      if (rows[0]?.waiting === count) return;
    }
  }

  it('sees what the commit before it wrote while it waited: a removed record stays removed', async () => {
    const store = new PostgresCheckpointStore(database.executor);
    const { epoch } = await store.acquire(SHARD, 'a');
    await lockShard();
    const first = store.commit([put(epoch, 1)]);
    await untilWaiting(1);
    const second = store.commit([{ shard: SHARD, epoch, number: 2, puts: [], removes: [USER] }]);
    await untilWaiting(2);
    await blocker.query('COMMIT');
    expect(await Promise.all([first, second])).toEqual([[{ applied: true }], [{ applied: true }]]);
    expect((await store.acquire(SHARD, 'b')).records).toEqual([]);
  });

  it('returns what a commit wrote that the acquisition waited for', async () => {
    const store = new PostgresCheckpointStore(database.executor);
    const { epoch } = await store.acquire(SHARD, 'a');
    await lockShard();
    const commit = store.commit([put(epoch, 1)]);
    await untilWaiting(1);
    const acquired = store.acquire(SHARD, 'b');
    await untilWaiting(2);
    await blocker.query('COMMIT');
    expect(await commit).toEqual([{ applied: true }]);
    expect((await acquired).records.map(({ user }) => user)).toEqual([USER]);
  });

  it('refuses a commit that waited while the shard was taken over', async () => {
    const store = new PostgresCheckpointStore(database.executor);
    const { epoch } = await store.acquire(SHARD, 'a');
    await lockShard();
    const acquired = store.acquire(SHARD, 'b');
    await untilWaiting(1);
    const commit = store.commit([put(epoch, 1)]);
    await untilWaiting(2);
    await blocker.query('COMMIT');
    expect((await acquired).records).toEqual([]);
    expect(await commit).toEqual([{ applied: false, owner: 'b' }]);
    expect((await store.acquire(SHARD, 'c')).records).toEqual([]);
  });

  it('gives up on a commit after its time-out; one that is applied late never undoes a later one', async () => {
    const store = new PostgresCheckpointStore(database.executor, { timeoutMs: 100 });
    const { epoch } = await store.acquire(SHARD, 'a');
    await lockShard();
    await expect(store.commit([put(epoch, 1)])).rejects.toThrow(
      'the checkpoint store did not answer checkpoint_commit within 100 ms',
    );
    await blocker.query('COMMIT');
    const removed = { shard: SHARD, epoch, number: 2, puts: [], removes: [USER] };
    const patient = new PostgresCheckpointStore(database.executor);
    expect(await patient.commit([removed])).toEqual([{ applied: true }]);
    expect((await patient.acquire(SHARD, 'b')).records).toEqual([]);
  });
});

function put(epoch: number, number: number): ShardCommit {
  return { shard: SHARD, epoch, number, puts: [{ user: USER, snapshot: Buffer.from('x') }], removes: [] };
}
