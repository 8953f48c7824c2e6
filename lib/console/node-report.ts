import type { NodePulse } from '../contract/console.ts';
import type { ReadinessReport } from '../http/readiness.ts';

/** What a node answers a gateway that asks for its pulse. Plain data; nodes of other releases may leave members out. */
export interface NodeReport {
  readonly release: string;
  readonly roles: readonly string[];
  readonly upSeconds: number;
  /** False until the node has taken its place in the cluster. */
  readonly serving: boolean;
  readonly readiness: ReadinessReport;
  readonly pulse: NodePulse;
  /** The latest rows, in the order of the columns of `columnsMark`. */
  readonly fine: readonly number[];
  readonly coarse: readonly number[];
  readonly columnsMark: string;
  /** The shards that the node holds, see `shard-set.ts`; null: it is no engine. */
  readonly held: string | null;
}
