import { Consumer, type GroupAssignment } from '@platformatic/kafka';
import type { Position } from '../bus/assignment.ts';
import type { IncomingMessage, PartitionLag } from '../ports/event-bus.ts';
import { clientOptions, type KafkaSettings } from './kafka-settings.ts';
import { PartitionFetcher } from './partition-fetcher.ts';

/** The library wants a name, also of those who never join. */
const NO_GROUP = 'none';
const FETCH_WAIT_MS = 100;
/** The first group that a new cluster hears of makes it create the log of commits, which takes a moment. */
const COORDINATOR_TRIES = { retries: 10, retryDelay: 300 };

/**
 * Looks at topics for operators, without joining a group: how far one is behind, and what lies in a topic. Opens its
 * connections for one look and closes them again.
 */
export class KafkaReader {
  readonly #settings: KafkaSettings;

  constructor(settings: KafkaSettings) {
    this.#settings = settings;
  }

  async lag(group: string, topics: readonly string[]): Promise<PartitionLag[]> {
    return this.#look(topics, async (fetcher, existing) => {
      const [next, newest] = [await this.#positions(fetcher, existing, group), await fetcher.ends('newest', existing)];
      return newest.map(({ topic, partition, offset }) => ({
        topic,
        partition,
        lag: Math.max(0, offset - offsetOf(next, topic, partition)),
        end: offset,
      }));
    });
  }

  async peek(topic: string, limit: number, group: string | null): Promise<IncomingMessage[]> {
    return this.#look([topic], async (fetcher, existing) => {
      const newest = await fetcher.ends('newest', existing);
      const found = new Map<number, IncomingMessage[]>();
      let behind = await this.#positions(fetcher, existing, group);
      for (;;) {
        behind = behind.filter(
          ({ partition, offset }) =>
            offset < offsetOf(newest, topic, partition) && (found.get(partition)?.length ?? 0) < limit,
        );
        if (behind.length === 0) break;
        for (const [node, positions] of await fetcher.byLeader(behind)) {
          for (const { from, messages, next } of await fetcher.fetch(node, positions)) {
            found.set(from.partition, [...(found.get(from.partition) ?? []), ...messages]);
            behind = behind.map((position) => (position === from ? { ...position, offset: next } : position));
          }
        }
      }
      return oldestFirst([...found.values()]).slice(0, limit);
    });
  }

  async #look<Result>(
    topics: readonly string[],
    use: (fetcher: PartitionFetcher, existing: readonly string[]) => Promise<Result[]>,
  ): Promise<Result[]> {
    const existing = await this.existing(topics);
    if (existing.length === 0) return [];
    const fetcher = new PartitionFetcher(this.#settings, existing, FETCH_WAIT_MS);
    try {
      return await use(fetcher, existing);
    } finally {
      await fetcher.close();
    }
  }

  /** Resolves when a broker answers. */
  async ping(): Promise<void> {
    await this.#withConsumer(NO_GROUP, (consumer) => consumer.metadata({ forceUpdate: true }));
  }

  /** Those of the topics that there are. */
  async existing(topics: readonly string[]): Promise<string[]> {
    return this.#withConsumer(NO_GROUP, async (consumer) => {
      const known = await Promise.all(
        [...new Set(topics)].map((topic) =>
          consumer.metadata({ topics: [topic] }).then(
            () => [topic],
            (error: unknown) => {
              if (error instanceof Error && error.message.startsWith('Unknown topic')) return [];
              throw error;
            },
          ),
        ),
      );
      return known.flat();
    });
  }

  /** What a group has committed; where it has nothing, and without a group, the beginning. */
  async #positions(fetcher: PartitionFetcher, topics: readonly string[], group: string | null): Promise<Position[]> {
    const oldest = await fetcher.ends('oldest', topics);
    if (group === null) return oldest;
    const committed = await this.#withConsumer(group, (consumer) =>
      consumer.listCommittedOffsets({ topics: groupedByTopic(oldest) }),
    );
    return oldest.map(({ topic, partition, offset }) => ({
      topic,
      partition,
      offset: Math.max(offset, Number(committed.get(topic)?.[partition] ?? -1n)),
    }));
  }

  async #withConsumer<Result>(groupId: string, use: (consumer: Consumer) => Promise<Result>): Promise<Result> {
    const tries = groupId === NO_GROUP ? {} : COORDINATOR_TRIES;
    const consumer = new Consumer({ ...clientOptions(this.#settings), ...tries, groupId });
    try {
      return await use(consumer);
    } finally {
      await consumer.close(true);
    }
  }
}

export function groupedByTopic(positions: readonly Position[]): GroupAssignment[] {
  const byTopic = Map.groupBy(positions, ({ topic }) => topic);
  return [...byTopic].map(([topic, all]) => ({ topic, partitions: all.map(({ partition }) => partition) }));
}

function offsetOf(positions: readonly Position[], topic: string, partition: number): number {
  return positions.find((each) => each.topic === topic && each.partition === partition)?.offset ?? 0;
}

/** Merges partitions by time, each in its own order: clocks of producers differ. */
function oldestFirst(partitions: readonly (readonly IncomingMessage[])[]): IncomingMessage[] {
  const timed = partitions.flatMap((messages) => {
    let time = 0;
    return messages.map((message) => ({ message, time: (time = Math.max(time, message.timestamp)) }));
  });
  // Stable: at one time, a partition's messages stay as they are.
  return timed.sort((a, b) => a.time - b.time).map(({ message }) => message);
}
