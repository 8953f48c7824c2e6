import { status as Status } from '@grpc/grpc-js';
import type { ServiceBroker } from 'moleculer';

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
/** Whole numbers, for the reason given in `http-metrics.ts`. */
const BUCKETS_MS = [1, 2, 5, 10, 25, 50, 100, 200, 500, 1500, 4500];

export function grpcMetrics(broker: ServiceBroker): GrpcMetrics {
  if (!broker.isMetricsEnabled()) return { answered() {} };
  const { metrics } = broker;
  metrics.register({
    type: 'histogram',
    name: DURATION,
    description: 'Ended gRPC calls by method and status code',
    labelNames: ['method', 'status'],
    buckets: BUCKETS_MS,
  });
  return {
    answered(method, code, ms) {
      metrics.observe(DURATION, ms, { method, status: Status[code] });
    },
  };
}
