import type { Generated } from 'kysely';
import type { Json } from './json.ts';

export interface EventTables {
  user_revisions: UserRevisions;
  outbox_events: OutboxEvents;
  outbox_lanes: OutboxLanes;
  recent_news: RecentNews;
  inbox_events: InboxEvents;
  erasures: Erasures;
}

interface UserRevisions {
  user_id: string;
  /** Rises with every change of the user's data. */
  revision: number;
}

interface OutboxEvents {
  /** Which relay carries it; all events of a user share one. */
  lane: number;
  /** Rises in the order in which a user's changes were made. */
  event_number: Generated<number>;
  event_id: string;
  user_id: string;
  event_type: string;
  occurred_at: Date;
  data: Json<Record<string, unknown>>;
  /** W3C Trace Context of the change that it tells of, where its way is told. */
  traceparent: string | null;
}

interface RecentNews {
  user_id: string;
  event_number: number;
  event_type: string;
  occurred_at: Date;
  data: Json<Record<string, unknown>>;
  /** When the event bus had it, on the database's clock. */
  carried_at: Date;
}

interface OutboxLanes {
  lane: number;
  /** The process that carries it. */
  carrier: string;
  leased_until: Date;
}

interface InboxEvents {
  /** `source` and `id` of the CloudEvent, which together are unique. */
  source: string;
  event_id: string;
  /** False while something that follows from the event outside the database is still to be done. */
  done: boolean;
  received_at: Date;
}

interface Erasures {
  /** SHA-256 of the user id's 16 bytes: what is left to know the user by. */
  user_digest: Buffer;
  /** Until everything is gone for good; then null. */
  user_id: string | null;
  erased_at: Date;
}
