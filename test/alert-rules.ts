import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { PROJECT_ROOT } from '../lib/http/project-files.ts';
import { ALL_METRICS } from '../lib/telemetry/catalogue.ts';
import { exposedName } from '../lib/telemetry/metric.ts';
import type { Selected } from './promql.ts';

export const RULES = join(PROJECT_ROOT, 'ops/prometheus/rules');
export const RULE_TESTS = join(PROJECT_ROOT, 'ops/prometheus/tests');

export interface Rule {
  readonly expr: string;
  readonly record?: string;
  readonly alert?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface RuleFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

/** Every rule of every file. */
export const ALL_RULES: readonly Rule[] = yamlFiles<RuleFile>(RULES).flatMap(({ groups }) =>
  groups.flatMap(({ rules }) => rules),
);

/** The names of all alerts, each once. */
export const ALERTS: readonly string[] = [...new Set(ALL_RULES.flatMap(({ alert }) => alert ?? []))];

export function yamlFiles<Content>(folder: string): Content[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => parse(readFileSync(join(folder, name), 'utf8')) as Content);
}

/** What Prometheus itself, kube-state-metrics, the kubelet and Moleculer tell, as far as it is used. */
const OF_OTHERS: Readonly<Record<string, readonly string[]>> = {
  up: ['job', 'instance'],
  ALERTS: ['alertname', 'alertstate', 'severity'],
  kube_statefulset_replicas: ['statefulset'],
  kube_statefulset_status_replicas_ready: ['statefulset'],
  kube_deployment_status_replicas_available: ['deployment'],
  kube_cronjob_created: ['cronjob'],
  kube_cronjob_status_last_successful_time: ['cronjob'],
  kubelet_volume_stats_available_bytes: ['persistentvolumeclaim'],
  kubelet_volume_stats_capacity_bytes: ['persistentvolumeclaim'],
  moleculer_request_total: ['service', 'action', 'type', 'caller'],
  moleculer_request_error_total: ['service', 'action', 'type', 'caller', 'errorName', 'errorCode', 'errorType'],
  moleculer_registry_nodes_online_total: [],
};

/** Every series that an expression may read, with its labels. */
const KNOWN: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ...Object.entries(OF_OTHERS).map(([name, labels]) => [name, new Set(['node_id', ...labels])] as const),
  ...ALL_RULES.flatMap(({ record }) => (record === undefined ? [] : [[record, new Set(['topic'])] as const])),
  ...Object.entries(ALL_METRICS).flatMap(([name, { type, labels = [] }]) => {
    const known = new Set(['node_id', ...labels]);
    const exposed = exposedName(name);
    if (type !== 'histogram') return [[exposed, known] as const];
    return [
      [`${exposed}_bucket`, new Set([...known, 'le'])] as const,
      [`${exposed}_sum`, known] as const,
      [`${exposed}_count`, known] as const,
    ];
  }),
]);

/** Of what an expression reads, that which nobody shows: a metric, or a label of one. */
export function unknownOf(selected: readonly Selected[]): string[] {
  return selected.flatMap(({ metric, labels }) => {
    const known = KNOWN.get(metric);
    if (known === undefined) return [metric];
    return labels.filter((label) => !known.has(label)).map((label) => `${metric}{${label}}`);
  });
}
