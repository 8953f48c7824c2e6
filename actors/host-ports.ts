import type { ActorMail } from './errand-runner.ts';
import type { OwnershipPorts } from './shard-ownership.ts';
import type { TurnTracing } from './turn-tracing.ts';
import type { News } from '../lib/ports/news.ts';
import type { PlaytimeSink } from '../lib/ports/playtime-sink.ts';
import type { UuidKey } from '../lib/uuid.ts';

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
