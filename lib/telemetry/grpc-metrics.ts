import { status as Status } from '@grpc/grpc-js';
import type { ServiceBroker } from 'moleculer';
import { REQUEST_BUCKETS_MS } from './http-metrics.ts';
import { registerMetrics, type MetricGroup } from './metric.ts';

/** Counts the calls that the gateway answers over gRPC. */
export interface GrpcMetrics {
  /**
   * One call that came to its end.
   *
   * @param method its name: `CheckGameAccess`
   * @param ms time from the call's beginning to its status
   */
  answered(method: string, code: Status, ms: number): void;
}

const DURATION = 'library.grpc.request.duration.milliseconds';

export const GRPC_METRICS = {
  [DURATION]: {
    type: 'histogram',
    help: 'Ended gRPC calls by method and status code',
    labels: ['method', 'status'],
    buckets: REQUEST_BUCKETS_MS,
  },
} as const satisfies MetricGroup;

export function grpcMetrics(broker: ServiceBroker): GrpcMetrics {
  if (!broker.isMetricsEnabled()) return { answered() {} };
  registerMetrics(broker, GRPC_METRICS);
  return {
    answered(method, code, ms) {
      broker.metrics.observe(DURATION, ms, { method, status: Status[code] });
    },
  };
}
