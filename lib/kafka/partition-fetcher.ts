import { Consumer, findErrorBy, IS_CONTROL, ListOffsetTimestamps } from '@platformatic/kafka';
import type { Position } from '../bus/assignment.ts';
import type { IncomingMessage } from '../ports/event-bus.ts';
import { clientOptions, type KafkaSettings } from './kafka-settings.ts';

type FetchResponse = Awaited<ReturnType<Consumer['fetch']>>;

const PARTITION_BYTES = 1_048_576;
const RESPONSE_BYTES = 16 * 1_048_576;
/** We tell brokers of no leader's epoch: what was truncated after a failover we find by its offset. */
const NO_EPOCH = -1;

/** What was read from a position. */
export interface Fetched {
  readonly from: Position;
  readonly messages: readonly IncomingMessage[];
  /** Where to read on. */
  readonly next: number;
}

/**
 * Reads partitions from given offsets, on connections of its own: a broker that waits for messages answers nothing
 * else on that connection meanwhile. The library's stream does not serve us here: it reads all partitions or none, so
 * that one that waits would hold up the others or fill the memory, and it goes on from where it was after a rebalance.
 */
export class PartitionFetcher {
  readonly #consumer: Consumer;
  readonly #topics: readonly string[];

  constructor(settings: KafkaSettings, topics: readonly string[], waitMs: number) {
    this.#topics = topics;
    this.#consumer = new Consumer({
      ...clientOptions(settings),
      // It never joins; the library wants a name.
      groupId: 'none',
      maxWaitTime: waitMs,
      minBytes: 1,
      maxBytes: RESPONSE_BYTES,
    });
    for (const topic of topics) this.#consumer.topics.track(topic);
  }

  /** Which broker to read each position from. Those without a leader just now are left out. */
  async byLeader(positions: readonly Position[]): Promise<Map<number, Position[]>> {
    const leaders = new Map<number, Position[]>();
    if (positions.length === 0) return leaders;
    const { topics } = await this.#consumer.metadata({ topics: [...this.#topics] });
    for (const position of positions) {
      const leader = topics.get(position.topic)?.partitions[position.partition]?.leader ?? -1;
      if (leader >= 0) leaders.set(leader, [...(leaders.get(leader) ?? []), position]);
    }
    return leaders;
  }

  /** How many partitions each topic has. */
  async partitionCounts(): Promise<Map<string, number>> {
    const { topics } = await this.#consumer.metadata({ topics: [...this.#topics] });
    return new Map([...topics].map(([topic, { partitionsCount }]) => [topic, partitionsCount]));
  }

  /**
   * Waits for messages at the positions and returns what there is. A position whose messages the log no longer has is
   * moved to the oldest that it has.
   *
   * @param node their leader
   */
  async fetch(node: number, positions: readonly Position[]): Promise<Fetched[]> {
    const { topics } = await this.#consumer.metadata({ topics: [...this.#topics] });
    const idOf = (topic: string) => topics.get(topic)?.id ?? '';
    try {
      const response = await this.#consumer.fetch({
        node,
        topics: positions.map(({ topic, partition, offset }) => ({
          topicId: idOf(topic),
          partitions: [
            {
              partition,
              fetchOffset: BigInt(offset),
              partitionMaxBytes: PARTITION_BYTES,
              currentLeaderEpoch: NO_EPOCH,
              lastFetchedEpoch: NO_EPOCH,
            },
          ],
        })),
      });
      return positions.flatMap((from) => readAt(from, idOf(from.topic), response) ?? []);
    } catch (error) {
      // Leaders move: ask again who they are before the next try.
      this.#consumer.clearMetadata();
      if (error instanceof Error && findErrorBy(error, 'apiId', 'OFFSET_OUT_OF_RANGE') !== null) {
        return await this.#moveToOldest(positions);
      }
      throw error;
    }
  }

  /** Where partitions begin, or where they end. */
  async ends(which: 'oldest' | 'newest', topics: readonly string[]): Promise<Position[]> {
    const timestamp = which === 'oldest' ? ListOffsetTimestamps.EARLIEST : ListOffsetTimestamps.LATEST;
    const offsets = await this.#consumer.listOffsets({ topics: [...topics], timestamp });
    return [...offsets].flatMap(([topic, partitions]) =>
      partitions.map((offset, partition) => ({ topic, partition, offset: Number(offset) })),
    );
  }

  async close(): Promise<void> {
    await this.#consumer.close(true);
  }

  async #moveToOldest(positions: readonly Position[]): Promise<Fetched[]> {
    const topics = [...new Set(positions.map(({ topic }) => topic))];
    const [oldest, newest] = [await this.ends('oldest', topics), await this.ends('newest', topics)];
    const at = (ends: readonly Position[], { topic, partition }: Position) =>
      ends.find((end) => end.topic === topic && end.partition === partition)?.offset ?? 0;
    return positions
      .filter((from) => from.offset < at(oldest, from) || from.offset > at(newest, from))
      .map((from) => ({ from, messages: [], next: at(oldest, from) }));
  }
}

/** Null when the response has nothing new for the position. */
function readAt(from: Position, topicId: string, response: FetchResponse): Fetched | null {
  const messages: IncomingMessage[] = [];
  let next = from.offset;
  for (const topic of response.responses) {
    if (topic.topicId !== topicId) continue;
    for (const { partitionIndex, records } of topic.partitions) {
      if (partitionIndex !== from.partition) continue;
      for (const batch of records ?? []) {
        const first = Number(batch.firstOffset);
        // Batches may lead up to marks of transactions, and to records that were compacted away: those are passed.
        next = Math.max(next, first + batch.lastOffsetDelta + 1);
        if ((batch.attributes & IS_CONTROL) !== 0) continue;
        for (const record of batch.records) {
          const offset = first + record.offsetDelta;
          // A batch is returned whole, also what lies before the offset asked for.
          if (offset < from.offset) continue;
          messages.push({
            topic: from.topic,
            partition: from.partition,
            offset,
            key: record.key === null ? null : record.key.toString(),
            value: record.value?.toString() ?? '',
            headers: Object.fromEntries(record.headers.map(([name, value]) => [String(name), value?.toString() ?? ''])),
            timestamp: Number(batch.firstTimestamp + record.timestampDelta),
          });
        }
      }
    }
  }
  return next === from.offset ? null : { from, messages, next };
}
