/** What every node tells operators of itself. */
import type { MetricRegistry, Context, Service, ServiceSchema } from 'moleculer';
import type { Config } from '../lib/config/config.ts';
import type { Readiness, ReadinessReport } from '../lib/http/readiness.ts';
import { RELEASE } from '../lib/release.ts';

export interface OperationsDeps {
  readonly config: Config;
  readonly readiness: Readiness;
}

export interface NodeAbout {
  readonly version: string;
  readonly runtime: string;
  readonly roles: readonly string[];
  readonly upSeconds: number;
  readonly memoryBytes: number;
  /** `off`, or the share of requests that is traced. */
  readonly tracing: string;
  readonly readiness: ReadinessReport;
}

/** A counter or gauge as it stands. */
export interface Figure {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Listed {
  readonly name: string;
  readonly type: string;
  readonly values: readonly { readonly value?: unknown; readonly labels?: Readonly<Record<string, unknown>> }[];
}

export function operationsService({ config, readiness }: OperationsDeps): ServiceSchema {
  return {
    name: 'operations',
    actions: {
      about: {
        async handler(): Promise<NodeAbout> {
          return {
            version: RELEASE,
            runtime: process.version,
            roles: config.node.roles,
            upSeconds: Math.floor(process.uptime()),
            memoryBytes: process.memoryUsage.rss(),
            tracing: tracingOf(config),
            readiness: await readiness.report(),
          };
        },
      },
      /** The counters and gauges whose names begin so. */
      figures: {
        handler(this: Service, ctx: Context<{ name: string }>): readonly Figure[] {
          const { metrics } = this.broker as { metrics?: MetricRegistry };
          const listed = (metrics?.list({ types: ['counter', 'gauge'] }) ?? []) as unknown as readonly Listed[];
          return listed.filter(({ name }) => name.startsWith(ctx.params.name)).flatMap(figuresOf);
        },
      },
    },
  };
}

function tracingOf({ tracing }: Config): string {
  return tracing.otlpEndpoint === null ? 'off' : `${tracing.sampleRatio * 100} %`;
}

function figuresOf({ name, values }: Listed): readonly Figure[] {
  return values.flatMap(({ value, labels = {} }) => {
    if (typeof value !== 'number') return [];
    const texts = Object.entries(labels).map(([label, text]) => [label, String(text)] as const);
    return [{ name, labels: Object.fromEntries(texts), value }];
  });
}
