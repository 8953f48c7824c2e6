import type { ServiceBroker, ServiceSchema } from 'moleculer';
import { chore, type Chore } from './chore.ts';
import { idempotencyCalls } from './idempotency-calls.ts';
import type { Verifier } from '../lib/auth/verifier.ts';
import type { Config } from '../lib/config/config.ts';
import type { Endpoint, Request } from '../lib/contract/endpoint.ts';
import { checkGameAccess, type GameAccess } from '../lib/contract/service-twins.ts';
import { createGrpcServer, type GrpcServer } from '../lib/grpc/server.ts';
import { together } from '../lib/together.ts';
import type { Readiness } from '../lib/http/readiness.ts';
import type { AccessCheck } from '../lib/library/check-access.ts';
import type { Limits } from '../lib/limits/limits.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { Certificates } from '../lib/tls/certificates.ts';
import { grpcMetrics } from '../lib/telemetry/grpc-metrics.ts';
import type { Trace } from '../lib/telemetry/trace.ts';
import { NO_TRACES, type Traces } from '../lib/telemetry/tracing/traces.ts';

export interface GrpcDependencies {
  readonly config: Config;
  readonly verifier: Verifier;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly readiness: Readiness;
  /** Absent: nobody tells of ways. */
  readonly traces?: Traces;
  readonly certificates: Certificates;
}

/** The gRPC side of a gateway: its service, and what the process around it needs of it. */
export interface Grpc {
  readonly schema: ServiceSchema;
  /** Where it listens; null while it does not. */
  port(): number | null;
  /**
   * Leaves without failing a call: not serving first, for whoever watches the health, then the grace for them to notice,
   * then no new connections, and last the calls under way. Safe to call twice.
   */
  drain(): Promise<void>;
}

const HEALTH_EVERY_MS = 1000;
/** After this much longer than a call may take, what is still open at the end of a drain is cut. */
const CLOSE_MARGIN_MS = 1000;

/** The gRPC API, by the same actions as REST. */
export function grpcService({
  config,
  verifier,
  limits,
  clock,
  readiness,
  certificates,
  traces = NO_TRACES,
}: GrpcDependencies): Grpc {
  let server: GrpcServer | null = null;
  let watching: Chore | null = null;
  let drained: Promise<void> | null = null;

  async function close(): Promise<void> {
    await watching?.stop();
    await server?.close(config.grpc.maxDeadlineMs + CLOSE_MARGIN_MS);
  }

  async function drain(): Promise<void> {
    await watching?.stop();
    server?.setServing(false);
    await new Promise<void>((resolve) => void clock.after(config.http.drainGraceMs, resolve));
    await close();
  }

  const schema: ServiceSchema = {
    name: 'grpc',
    created() {
      const { broker, logger } = this;
      server = createGrpcServer({
        config,
        verifier,
        limits,
        clock,
        certificates,
        idempotency: idempotencyCalls(broker, config.grpc.deadlineMs),
        metrics: grpcMetrics(broker),
        log: logger,
        traces,
        call: callEndpoint(broker, config, clock),
      });
      watching = chore(
        clock,
        async () => {
          const { status } = await readiness.report();
          server?.setServing(status === 'ready');
          return HEALTH_EVERY_MS;
        },
        (error) => logger.warn({ msg: 'the readiness could not be told', error: String(error) }),
        HEALTH_EVERY_MS,
      );
    },
    async started() {
      const port = await server?.listen();
      watching?.start();
      this.logger.info({ port }, 'gRPC listening');
    },
    stopped: close,
  };
  return { schema, port: () => server?.port() ?? null, drain: () => (drained ??= drain()) };
}

/** Checks of access are asked together, but those whose way is told; everything else is an action of its own. */
function callEndpoint(broker: ServiceBroker, config: Config, clock: Clock) {
  const accessOf = together((checks: readonly AccessCheck[]) =>
    broker.call<GameAccess[], { checks: readonly AccessCheck[] }>(
      'library.accessOf',
      { checks },
      { timeout: config.grpc.deadlineMs },
    ),
  );
  return (endpoint: Endpoint, request: Request, trace: Trace): Promise<unknown> => {
    if (endpoint.id === checkGameAccess.id && trace.span === undefined) return accessOf(request.params as AccessCheck);
    return broker.call(endpoint.action, request, {
      // At least 1: Moleculer takes 0 for no time-out at all.
      timeout: Math.max(1, request.deadline - clock.now()),
      requestID: trace.id,
      meta: { traceparent: trace.traceparent },
    });
  };
}
