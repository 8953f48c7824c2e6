import type { ServiceBroker } from 'moleculer';
import { registerMetrics, type MetricGroup } from './metric.ts';

const EXPIRES = 'library.tls.certificate.expires.seconds';

export const TLS_METRICS = {
  [EXPIRES]: {
    type: 'gauge',
    help: 'Time until the certificate that this node shows ends, by what it is for; below zero: it has ended',
    labels: ['certificate'],
  },
} as const satisfies MetricGroup;

/** Keeps until when each certificate is good. */
export function tlsMetrics(broker: ServiceBroker): (name: string, remainingMs: number) => void {
  if (!broker.isMetricsEnabled()) return () => undefined;
  registerMetrics(broker, TLS_METRICS);
  return (name, remainingMs) => broker.metrics.set(EXPIRES, Math.round(remainingMs / 1000), { certificate: name });
}
