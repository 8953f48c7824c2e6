import type { ActorMail } from './errand-runner.ts';
import type { HostEvents } from './host-options.ts';
import type { TurnTracing } from './turn-tracing.ts';
import type { CheckpointStore } from '../lib/ports/checkpoint-store.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { News } from '../lib/ports/news.ts';
import type { PlaytimeSink } from '../lib/ports/playtime-sink.ts';
import type { UuidKey } from '../lib/uuid.ts';

/** What it takes to hold shards. */
export interface OwnershipPorts {
  readonly store: CheckpointStore;
  readonly clock: Clock;
  /** Tells another node that shards are free for it to acquire. Best effort: it would find out by itself. */
  readonly offer: (node: string, shards: readonly number[]) => void;
  /** Asks another node to serve shards for this one, which cannot read them. Best effort: it is asked again. */
  readonly standIn: (node: string, shards: readonly number[]) => void;
  readonly events: HostEvents;
}

/** What a host reaches of the world. */
export interface HostPorts extends OwnershipPorts {
  readonly sink: PlaytimeSink;
  /** Sends news to a gateway node that holds sockets of the user; what gets lost on the way is found in the log. */
  readonly push: (gateway: string, user: UuidKey, news: readonly News[]) => void;
  /** For what users' actors have to tell each other about copies that are lent; what gets lost is made good by leases. */
  readonly copies: ActorMail;
  /** Absent: nobody watches. */
  readonly tracing?: TurnTracing;
}
