/** Of the embedded event bus only; with Kafka they stay empty. */
export interface EventBusTables {
  bus_partitions: BusPartitions;
  bus_messages: BusMessages;
  bus_group_offsets: BusGroupOffsets;
}

interface BusPartitions {
  topic: string;
  partition: number;
  /** Of the next message. */
  next_offset: number;
}

interface BusMessages {
  topic: string;
  partition: number;
  message_offset: number;
  key: string | null;
  value: string;
  /** JSON. */
  headers: string;
  written_at: Date;
}

interface BusGroupOffsets {
  group_name: string;
  topic: string;
  partition: number;
  /** Everything before this offset is done with. */
  committed: number;
  /** The member that works on the partition. */
  owner: string | null;
  leased_until: Date | null;
}
