import { sql, type Kysely } from 'kysely';

/**
 * The embedded event bus: a log in the service's own database, for installations without Kafka, and only for those.
 *
 * Offsets are dealt out under the lock of the partition's row, until the commit: so they become visible in their order,
 * and a reader never passes by one that is still being written. A group's row names who works on the partition, until
 * when, so that of two processes only one does.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    CREATE TABLE bus_partitions (
      topic text NOT NULL,
      partition smallint NOT NULL,
      next_offset bigint NOT NULL,
      PRIMARY KEY (topic, partition)
    )`.execute(db);
  await sql`
    CREATE TABLE bus_messages (
      topic text NOT NULL,
      partition smallint NOT NULL,
      message_offset bigint NOT NULL,
      key text,
      value text NOT NULL,
      headers text NOT NULL,
      written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (topic, partition, message_offset)
    )`.execute(db);
  await sql`
    CREATE TABLE bus_group_offsets (
      group_name text NOT NULL,
      topic text NOT NULL,
      partition smallint NOT NULL,
      committed bigint NOT NULL DEFAULT 0,
      owner uuid,
      leased_until timestamptz,
      PRIMARY KEY (group_name, topic, partition)
    )`.execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql`DROP TABLE bus_group_offsets, bus_messages, bus_partitions`.execute(db);
}
