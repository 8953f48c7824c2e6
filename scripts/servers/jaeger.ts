/** A private Jaeger, which keeps traces in memory: for the tests of tracing, and for looking at traces by hand. */
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, freshFolder } from './machine.ts';
import { PrivateProcess } from './private-process.ts';
import { toolPath } from '../tools/tool.ts';

/** A span as Jaeger's query API tells it (https://www.jaegertracing.io/docs/1.62/apis/#http-json). */
export interface JaegerSpan {
  readonly traceID: string;
  readonly spanID: string;
  readonly operationName: string;
  readonly processID: string;
  /** The first one that is a CHILD_OF is its parent. */
  readonly references: readonly { readonly refType: string; readonly spanID: string }[];
  readonly tags: readonly { readonly key: string; readonly value: unknown }[];
}

interface JaegerTrace {
  readonly spans: readonly JaegerSpan[];
  readonly processes: Readonly<Record<string, { readonly tags: JaegerSpan['tags'] }>>;
}

/** A span with what a test asks it. */
export interface SeenSpan {
  readonly name: string;
  readonly id: string;
  readonly parentId: string | null;
  /** `service.instance.id` of the process that told it. */
  readonly node: string;
  readonly tags: Readonly<Record<string, unknown>>;
}

export interface Jaeger {
  /** For `TRACING_OTLP_ENDPOINT`. */
  readonly otlpEndpoint: string;
  /** Where people look at traces. */
  readonly url: string;
  /** The spans of the trace, once `isWhole` says that all of them are there. Rejects when they do not come. */
  trace(id: string, isWhole: (spans: readonly SeenSpan[]) => boolean): Promise<readonly SeenSpan[]>;
  /** Everything that Jaeger has, as the text that it answers with. */
  everything(): Promise<string>;
  /** Resolves with the id of a trace that has a span of this name, as soon as there is one. */
  traceWith(operation: string): Promise<string>;
  stop(): Promise<void>;
}

const OTLP = 'collector.otlp.http.host-port';
const QUERY = 'query.http-server.host-port';
/** What else it listens on; on ports of its own, for several may run. */
const UNUSED = [
  'collector.otlp.grpc.host-port',
  'collector.grpc-server.host-port',
  'collector.http-server.host-port',
  'query.grpc-server.host-port',
  'admin.http.host-port',
  'http-server.host-port',
  'processor.jaeger-compact.server-host-port',
  'processor.jaeger-binary.server-host-port',
  'processor.zipkin-compact.server-host-port',
];
const SERVICE = 'library-service';
const POLL_MS = 100;
const GIVE_UP_MS = 30_000;

/** Null when `scripts/install-tools` has not built it. */
export async function startJaeger(): Promise<Jaeger | null> {
  const command = toolPath('jaeger');
  if (command === null) return null;
  const ports = new Map<string, number>();
  for (const flag of [OTLP, QUERY, ...UNUSED]) ports.set(flag, await freePort());
  const at = (flag: string): string => `127.0.0.1:${ports.get(flag)}`;
  const url = `http://${at(QUERY)}`;
  const folder = freshFolder('jaeger', null);
  const server = new PrivateProcess({
    command,
    args: ['--collector.otlp.enabled=true', ...Array.from(ports.keys(), (flag) => `--${flag}=${at(flag)}`)],
    folder,
    account: null,
    stopSignal: 'SIGTERM',
    ready: async () => {
      await ask(`${url}/api/services`);
      // Any answer will do: it listens.
      await fetch(`http://${at(OTLP)}/v1/traces`, { method: 'POST' });
    },
  });
  await server.start();
  const traceOf = async (id: string): Promise<readonly SeenSpan[]> => {
    const { data } = await ask<{ data: readonly JaegerTrace[] | null }>(`${url}/api/traces/${id}`);
    return (data ?? []).flatMap(seen);
  };
  return {
    otlpEndpoint: `http://${at(OTLP)}`,
    url,
    async trace(id, isWhole) {
      let spans: readonly SeenSpan[] = [];
      await until(
        async () => isWhole((spans = await traceOf(id))),
        () => `of trace ${id} Jaeger has only ${spans.map(({ name }) => name).join(', ')}`,
      );
      return spans;
    },
    everything: async () => JSON.stringify(await ask(`${url}/api/traces?service=${SERVICE}&limit=10000&lookback=1h`)),
    async traceWith(operation) {
      const query = new URLSearchParams({ service: SERVICE, operation, lookback: '1h' });
      let id: string | undefined;
      await until(
        async () => {
          const { data } = await ask<{ data: readonly { readonly traceID: string }[] | null }>(
            `${url}/api/traces?${query.toString()}`,
          );
          id = data?.[0]?.traceID;
          return id !== undefined;
        },
        () => `Jaeger has no trace with ${operation}`,
      );
      return id ?? '';
    },
    stop: () => server.discard(),
  };
}

/** Asks again and again; an answer that fails counts as not yet. */
async function until(holds: () => Promise<boolean>, complaint: () => string): Promise<void> {
  const giveUpAt = Date.now() + GIVE_UP_MS;
  while (!(await holds().catch(() => false))) {
    if (Date.now() > giveUpAt) throw new Error(complaint());
    await pause(POLL_MS);
  }
}

async function ask<Answer>(url: string): Promise<Answer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`Jaeger answered ${response.status}`);
  return (await response.json()) as Answer;
}

function seen({ spans, processes }: JaegerTrace): SeenSpan[] {
  return spans.map(({ operationName, spanID, references, processID, tags }) => ({
    name: operationName,
    id: spanID,
    parentId: references.find(({ refType }) => refType === 'CHILD_OF')?.spanID ?? null,
    node: String(asRecord(processes[processID]?.tags ?? [])['service.instance.id']),
    tags: asRecord(tags),
  }));
}

function asRecord(tags: JaegerSpan['tags']): Readonly<Record<string, unknown>> {
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
}
