import { sql, type Kysely } from 'kysely';

/**
 * Where live sessions survive their process when there is no Redis: one row a user, grouped by shard, each shard
 * guarded by a fencing epoch (lib/ports/checkpoint-store.ts).
 *
 * The two steps that must be atomic are functions, for one reason: a single statement reads the snapshot taken when it
 * began, and so misses what was committed while it waited for the shard's row. Inside a function every statement has a
 * snapshot of its own, taken after the row is ours.
 *
 * Rows of live sessions are rewritten all the time: room is left in every page, so that an update stays in its page
 * and touches no index.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    CREATE TABLE checkpoint_shards (
      shard integer PRIMARY KEY,
      epoch bigint NOT NULL,
      number bigint NOT NULL,
      owner text
    ) WITH (fillfactor = 50)`.execute(db);
  await sql`
    CREATE TABLE checkpoint_records (
      shard integer NOT NULL,
      user_id uuid NOT NULL,
      snapshot bytea NOT NULL,
      PRIMARY KEY (shard, user_id)
    ) WITH (fillfactor = 70)`.execute(db);
  await sql`
    CREATE FUNCTION checkpoint_acquire(of_shard integer, new_owner text)
    RETURNS TABLE (new_epoch bigint, record_user uuid, record_snapshot bytea) LANGUAGE plpgsql AS $$
    DECLARE
      now_ms bigint := floor(extract(epoch FROM clock_timestamp()) * 1000);
    BEGIN
      INSERT INTO checkpoint_shards AS s (shard, epoch, number, owner) VALUES (of_shard, now_ms, 0, new_owner)
      ON CONFLICT (shard) DO UPDATE
        SET epoch = greatest(s.epoch + 1, excluded.epoch), number = 0, owner = excluded.owner
      RETURNING s.epoch INTO new_epoch;
      RETURN NEXT;
      RETURN QUERY SELECT new_epoch, r.user_id, r.snapshot FROM checkpoint_records r WHERE r.shard = of_shard;
    END $$`.execute(db);
  await sql`
    CREATE FUNCTION checkpoint_commit(
      shards integer[], epochs bigint[], numbers bigint[],
      put_shards integer[], put_users uuid[], put_snapshots bytea[],
      remove_shards integer[], remove_users uuid[]
    )
    RETURNS TABLE (refused_shard integer, current_owner text) LANGUAGE plpgsql AS $$
    DECLARE
      passed integer[];
    BEGIN
      -- In one order for everybody, so that two commits never wait for each other.
      PERFORM FROM checkpoint_shards s WHERE s.shard = ANY (shards) ORDER BY s.shard FOR NO KEY UPDATE;
      WITH fenced AS (
        UPDATE checkpoint_shards s SET number = c.number
        FROM unnest(shards, epochs, numbers) AS c (shard, epoch, number)
        WHERE s.shard = c.shard AND s.epoch = c.epoch AND s.number < c.number
        RETURNING s.shard
      )
      SELECT coalesce(array_agg(fenced.shard), '{}') INTO passed FROM fenced;
      INSERT INTO checkpoint_records (shard, user_id, snapshot)
      SELECT p.shard, p.user_id, p.snapshot
      FROM unnest(put_shards, put_users, put_snapshots) AS p (shard, user_id, snapshot)
      WHERE p.shard = ANY (passed)
      ON CONFLICT (shard, user_id) DO UPDATE SET snapshot = excluded.snapshot;
      IF cardinality(remove_shards) > 0 THEN
        DELETE FROM checkpoint_records r
        USING unnest(remove_shards, remove_users) AS d (shard, user_id)
        WHERE r.shard = d.shard AND r.user_id = d.user_id AND d.shard = ANY (passed);
      END IF;
      IF cardinality(passed) < cardinality(shards) THEN
        RETURN QUERY SELECT c.shard, s.owner
        FROM unnest(shards) AS c (shard) LEFT JOIN checkpoint_shards s USING (shard)
        WHERE c.shard <> ALL (passed);
      END IF;
    END $$`.execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql`DROP FUNCTION checkpoint_commit, checkpoint_acquire`.execute(db);
  await sql`DROP TABLE checkpoint_records, checkpoint_shards`.execute(db);
}
