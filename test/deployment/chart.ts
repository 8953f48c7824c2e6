import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { toolPath } from '../../scripts/tools/tool.ts';

export const CHART = join(import.meta.dirname, '../../k8s/library-service');
/** The values file of each environment, and none: what the chart says by itself. */
export const ENVIRONMENTS = ['default', 'dev', 'staging', 'prod'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];
export const ROLES = ['gateway', 'engine', 'domain', 'bridge'] as const;

/** A Kubernetes object as the chart renders it; what tests read of it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a different shape for each kind; kubeconform checks it
  readonly spec?: any;
  readonly data?: Readonly<Record<string, string>>;
}

export interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef: { readonly fieldPath: string } };
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string; readonly scheme?: string };
  readonly periodSeconds: number;
  readonly timeoutSeconds?: number;
  readonly failureThreshold: number;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly env: readonly EnvironmentVariable[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly resources: Readonly<Record<'requests' | 'limits', Readonly<Record<string, string>>>>;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly lifecycle?: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
}

export interface PodSpec {
  readonly containers: readonly [Container];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly terminationGracePeriodSeconds?: number;
  readonly automountServiceAccountToken: boolean;
  readonly volumes: readonly {
    readonly name: string;
    readonly secret?: { readonly secretName: string; readonly items?: readonly { key: string; path: string }[] };
    readonly configMap?: { readonly name: string };
    readonly emptyDir?: object;
    readonly persistentVolumeClaim?: { readonly claimName: string };
  }[];
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
}

/** A pod template, with the object that makes pods of it. */
export interface Pod {
  readonly owner: KubernetesObject;
  readonly component: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: PodSpec;
}

/** Runs helm with these arguments, the chart and an environment's values. Throws with what helm says. */
export function helm(command: readonly string[], environment: Environment, more: readonly string[] = []): string {
  const program = toolPath('helm');
  if (program === null) throw new Error('there is no helm: run scripts/install-tools');
  const values = environment === 'default' ? [] : ['--values', join(CHART, `values-${environment}.yaml`)];
  return execFileSync(program, [...command, CHART, ...values, ...more], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
}

/** Everything that the chart renders for an environment, as text. */
export function manifest(environment: Environment, more: readonly string[] = []): string {
  return helm(['template', 'library-service'], environment, more);
}

export function objectsOf(text: string): readonly KubernetesObject[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null);
}

export function podsOf(objects: readonly KubernetesObject[]): readonly Pod[] {
  return objects.flatMap((owner) => {
    const template = templateOf(owner);
    if (template === null) return [];
    const { labels = {}, annotations = {} } = template.metadata;
    return [
      { owner, component: labels['app.kubernetes.io/component'] ?? '', labels, annotations, spec: template.spec },
    ];
  });
}

interface PodTemplate {
  readonly metadata: Pick<KubernetesObject['metadata'], 'labels' | 'annotations'>;
  readonly spec: PodSpec;
}

function templateOf({ kind, spec }: KubernetesObject): PodTemplate | null {
  const workload = spec as { template: PodTemplate; jobTemplate: { spec: { template: PodTemplate } } };
  switch (kind) {
    case 'Deployment':
    case 'StatefulSet':
    case 'Job':
      return workload.template;
    case 'CronJob':
      return workload.jobTemplate.spec.template;
    default:
      return null;
  }
}

/** The one object of this kind and name. */
export function objectNamed(objects: readonly KubernetesObject[], kind: string, name: string): KubernetesObject {
  const found = objects.filter((object) => object.kind === kind && object.metadata.name === name);
  if (found.length !== 1 || found[0] === undefined) throw new Error(`there are ${found.length} ${kind} ${name}`);
  return found[0];
}
