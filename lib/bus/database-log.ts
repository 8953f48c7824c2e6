import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { SqlExecutor } from '../db/database.ts';
import type { IncomingMessage, OutgoingMessage, PartitionLag } from '../ports/event-bus.ts';
import type { Position } from './assignment.ts';

/** Of every topic; never changed while data lives, or messages of one key would no longer share a partition. */
const PARTITIONS = 4;
const ALL_PARTITIONS = Array.from({ length: PARTITIONS }, (_, partition) => partition);

/** A partition that a member of a group holds. */
export interface Lease extends Position {
  /** Whether the member held it already, without a break. */
  readonly renewed: boolean;
}

/** The embedded bus's log: each function is one statement, so that no transaction is open while anybody thinks. */
export class DatabaseLog {
  readonly #executor: SqlExecutor;

  constructor(executor: SqlExecutor) {
    this.#executor = executor;
  }

  /** Writes all messages or none. Partitions are locked in one order, for all writers the same. */
  async append(messages: readonly OutgoingMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const columns = {
      topics: messages.map(({ topic }) => topic),
      partitions: messages.map(({ key }) => partitionOf(key)),
      keys: messages.map(({ key }) => key),
      values: messages.map(({ value }) => value),
      headers: messages.map(({ headers }) => JSON.stringify(headers)),
    };
    await this.#executor.query(
      `WITH given AS MATERIALIZED (
         SELECT topic, partition, key, value, headers,
                row_number() OVER (PARTITION BY topic, partition ORDER BY place) AS place
         FROM unnest($1::text[], $2::smallint[], $3::text[], $4::text[], $5::text[])
              WITH ORDINALITY AS message (topic, partition, key, value, headers, place)
       ), counted AS (
         SELECT topic, partition, count(*) AS messages FROM given GROUP BY topic, partition
       ), dealt AS (
         INSERT INTO bus_partitions AS log (topic, partition, next_offset)
         SELECT topic, partition, messages FROM counted ORDER BY topic, partition
         ON CONFLICT (topic, partition) DO UPDATE SET next_offset = log.next_offset + excluded.next_offset
         RETURNING topic, partition, next_offset
       )
       INSERT INTO bus_messages (topic, partition, message_offset, key, value, headers)
       SELECT given.topic, given.partition, next_offset - messages + place - 1, key, value, headers
       FROM given JOIN counted USING (topic, partition) JOIN dealt USING (topic, partition)`,
      [columns.topics, columns.partitions, columns.keys, columns.values, columns.headers],
      'bus-append',
    );
  }

  /** At most `limit` messages of each partition from the positions on, in order. */
  async read(positions: readonly Position[], limit: number): Promise<IncomingMessage[]> {
    const { rows } = await this.#executor.query<MessageRow>(
      `SELECT message.* FROM unnest($1::text[], $2::smallint[], $3::bigint[]) AS wanted (topic, partition, next)
       CROSS JOIN LATERAL (
         SELECT topic, partition, message_offset, key, value, headers, written_at FROM bus_messages log
         WHERE log.topic = wanted.topic AND log.partition = wanted.partition AND log.message_offset >= wanted.next
         ORDER BY message_offset LIMIT $4
       ) message
       ORDER BY message.topic, message.partition, message.message_offset`,
      [...columnsOf(positions), limit],
      'bus-read',
    );
    return rows.map(messageFrom);
  }

  /** Messages of a topic, oldest first, from the beginning or from what a group has committed. */
  async peek(topic: string, limit: number, group: string | null): Promise<IncomingMessage[]> {
    const { rows } = await this.#executor.query<MessageRow>(
      `SELECT topic, partition, message_offset, key, value, headers, written_at FROM bus_messages log
       WHERE topic = $1 AND message_offset >= coalesce(
         (SELECT committed FROM bus_group_offsets g
          WHERE g.group_name = $3 AND g.topic = log.topic AND g.partition = log.partition), 0)
       ORDER BY max(written_at) OVER (PARTITION BY partition ORDER BY message_offset), partition, message_offset LIMIT $2`,
      [topic, limit, group],
    );
    return rows.map(messageFrom);
  }

  /**
   * Renews a member's leases and takes every partition that nobody holds, or whose holder let its lease run out.
   *
   * @param member a UUID
   * @returns everything the member holds now
   */
  async lease(member: string, group: string, topics: readonly string[], forMs: number): Promise<Lease[]> {
    // Locked in one order, for all members the same: two that come at once wait for each other, and never in a circle.
    const { rows } = await this.#executor.query<{ topic: string; partition: number; offset: number; renewed: boolean }>(
      `WITH held AS (
         SELECT group_name, topic, partition, coalesce(owner = $1::uuid, false) AS renewed FROM bus_group_offsets
         WHERE group_name = $2 AND topic = ANY($3::text[])
           AND (owner = $1::uuid OR owner IS NULL OR leased_until < clock_timestamp())
         ORDER BY topic, partition FOR UPDATE
       )
       UPDATE bus_group_offsets g SET owner = $1::uuid, leased_until = clock_timestamp() + $4 * interval '1 millisecond'
       FROM held WHERE (g.group_name, g.topic, g.partition) = (held.group_name, held.topic, held.partition)
       RETURNING g.topic, g.partition, g.committed AS offset, held.renewed`,
      [member, group, topics, forMs],
      'bus-lease',
    );
    return rows;
  }

  /** Makes a group known to the log, so that it can lease the partitions. */
  async join(group: string, topics: readonly string[]): Promise<void> {
    await this.#executor.query(
      `INSERT INTO bus_group_offsets (group_name, topic, partition)
       SELECT $1, topic, partition FROM unnest($2::text[]) topic CROSS JOIN unnest($3::smallint[]) partition
       ORDER BY topic, partition ON CONFLICT DO NOTHING`,
      [group, [...new Set(topics)], ALL_PARTITIONS],
    );
  }

  /** Lets go of everything that a member holds. */
  async leave(member: string, group: string): Promise<void> {
    await this.#executor.query(
      `WITH held AS (
         SELECT group_name, topic, partition FROM bus_group_offsets
         WHERE group_name = $2 AND owner = $1::uuid ORDER BY topic, partition FOR UPDATE
       )
       UPDATE bus_group_offsets g SET owner = NULL, leased_until = NULL
       FROM held WHERE (g.group_name, g.topic, g.partition) = (held.group_name, held.topic, held.partition)`,
      [member, group],
    );
  }

  /** Stores positions, those of partitions that the member still holds. Returns how many. */
  async commit(member: string, group: string, positions: readonly Position[]): Promise<number> {
    const { rowCount } = await this.#executor.query(
      `WITH held AS (
         SELECT g.group_name, g.topic, g.partition, done.next FROM bus_group_offsets g
         JOIN unnest($3::text[], $4::smallint[], $5::bigint[]) AS done (topic, partition, next) USING (topic, partition)
         WHERE g.group_name = $2 AND g.owner = $1::uuid ORDER BY g.topic, g.partition FOR UPDATE OF g
       )
       UPDATE bus_group_offsets g SET committed = held.next
       FROM held WHERE (g.group_name, g.topic, g.partition) = (held.group_name, held.topic, held.partition)`,
      [member, group, ...columnsOf(positions)],
      'bus-commit',
    );
    return rowCount;
  }

  async lag(group: string, topics: readonly string[]): Promise<PartitionLag[]> {
    const { rows } = await this.#executor.query<PartitionLag>(
      `SELECT topic, partition, next_offset AS "end",
         next_offset - greatest(coalesce(committed, 0), coalesce(oldest, next_offset)) AS lag
       FROM bus_partitions
       LEFT JOIN (SELECT * FROM bus_group_offsets WHERE group_name = $1) g USING (topic, partition)
       CROSS JOIN LATERAL (
         SELECT min(message_offset) AS oldest FROM bus_messages log
         WHERE log.topic = bus_partitions.topic AND log.partition = bus_partitions.partition
       ) kept
       WHERE topic = ANY($2::text[])
       ORDER BY topic, partition`,
      [group, topics],
    );
    return rows;
  }
}

interface MessageRow {
  readonly topic: string;
  readonly partition: number;
  readonly message_offset: number;
  readonly key: string | null;
  readonly value: string;
  readonly headers: string;
  readonly written_at: Date;
}

function messageFrom({ message_offset, written_at, headers, ...row }: MessageRow): IncomingMessage {
  return {
    ...row,
    offset: message_offset,
    headers: JSON.parse(headers) as Record<string, string>,
    timestamp: written_at.getTime(),
  };
}

/** Without a key there is no order to keep: any partition will do. */
function partitionOf(key: string | null): number {
  return crc32(key ?? randomUUID()) % PARTITIONS;
}

function columnsOf(positions: readonly Position[]): unknown[] {
  return [
    positions.map(({ topic }) => topic),
    positions.map(({ partition }) => partition),
    positions.map(({ offset }) => offset),
  ];
}
