import type { ServiceBroker } from 'moleculer';
import type { Readiness } from '../http/readiness.ts';
import type { Clock } from '../ports/clock.ts';
import { registerMetrics, type MetricGroup } from './metric.ts';

const UP = 'library.dependency.up';
const READY = 'library.node.ready';
const OBSERVE_MS = 15_000;

export const DEPENDENCY_METRICS = {
  [UP]: {
    type: 'gauge',
    help: '1 while a dependency of this node answers, as in /health/ready',
    labels: ['dependency'],
  },
  [READY]: { type: 'gauge', help: '1 while this node should be sent requests; 0 also while it drains' },
} as const satisfies MetricGroup;

/** Looks at the node's readiness by itself, also where nobody asks for it. Returns a function that ends it. */
export function observeReadiness(
  broker: Pick<ServiceBroker, 'metrics'>,
  readiness: Pick<Readiness, 'report'>,
  clock: Clock,
): () => void {
  registerMetrics(broker, DEPENDENCY_METRICS);
  const { metrics } = broker;
  let cancel = (): void => undefined;
  let ended = false;
  const observe = async (): Promise<void> => {
    const { status, dependencies } = await readiness.report();
    metrics.set(READY, status === 'ready' ? 1 : 0);
    for (const [dependency, state] of Object.entries(dependencies)) {
      metrics.set(UP, state === 'ok' ? 1 : 0, { dependency });
    }
    if (!ended) cancel = clock.after(OBSERVE_MS, () => void observe());
  };
  void observe();
  return () => {
    ended = true;
    cancel();
  };
}
