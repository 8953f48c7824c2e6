import { Metadata, status as Status, type handleUnaryCall, type ServerUnaryCall } from '@grpc/grpc-js';
import type { CallsUnderWay } from './calls-under-way.ts';
import { callers } from './caller.ts';
import { before, deadlineOf } from './deadline.ts';
import type { BodyOf, Command, Method } from './method.ts';
import { once, type Outcome } from './once.ts';
import { requestReader } from './request.ts';
import { endRpcSpan } from './rpc-span.ts';
import { DeadlineExceeded, refusalOf } from './status.ts';
import type { Verifier } from '../auth/verifier.ts';
import type { Config } from '../config/config.ts';
import type { Endpoint, Request } from '../contract/endpoint.ts';
import type { IdempotencyStore } from '../http/idempotency.ts';
import type { FailureLog } from '../http/reply.ts';
import type { Limits } from '../limits/limits.ts';
import type { Clock } from '../ports/clock.ts';
import type { GrpcMetrics } from '../telemetry/grpc-metrics.ts';
import type { Trace } from '../telemetry/trace.ts';
import { inTrace } from '../telemetry/tracing/current.ts';
import type { Traces } from '../telemetry/tracing/traces.ts';

export interface UnaryDependencies {
  readonly config: Config['grpc'];
  readonly verifier: Verifier;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly idempotency: IdempotencyStore;
  readonly metrics: GrpcMetrics;
  readonly log: FailureLog;
  readonly traces: Traces;
  readonly calls: CallsUnderWay;
  /** Does the endpoint's work. */
  readonly call: (endpoint: Endpoint, request: Request, trace: Trace) => Promise<unknown>;
}

/**
 * The way of a call, the same as a request's through `endpoint-handler.ts`. Each step may end it: authentication
 * (UNAUTHENTICATED), too many calls (RESOURCE_EXHAUSTED), role (PERMISSION_DENIED), message (INVALID_ARGUMENT), idempotency (ABORTED, INVALID_ARGUMENT, or the
 * stored outcome), and only then the work. Whatever it waits for, its deadline ends it.
 */
export function unaryHandler<In extends object, Out, E extends Endpoint>(
  name: string,
  method: Method<In, Out, E>,
  dependencies: UnaryDependencies,
): handleUnaryCall<In, Out> {
  const { config, limits, clock, metrics, log, calls, traces } = dependencies;
  const callerOf = callers(dependencies);
  const { endpoint } = method;
  const read = requestReader(method);

  async function answer(call: ServerUnaryCall<In, Out>, deadline: number, trace: Trace): Promise<Outcome> {
    const caller = await callerOf(call);
    const refusal = limits.called(caller);
    if (refusal !== null) throw refusal;
    const request = read(call.request, caller, deadline);
    const work = () => dependencies.call(endpoint, request, trace);
    return once(dependencies.idempotency, endpoint, request, keyOf(call.request), trace, work);
  }

  return (call, callback) => {
    const startedAt = performance.now();
    const trace = traces.begin(traceparentOf(call.metadata), 'service');
    const deadline = deadlineOf(call.getDeadline(), config, clock.now());
    calls.begin();
    const ended = (code: Status): void => {
      calls.end();
      metrics.answered(name, code, performance.now() - startedAt);
      endRpcSpan(trace, call.getPath().slice(1), code);
    };
    const answered = inTrace(trace, () => answer(call, deadline, trace));
    before(clock, deadline, answered)
      .then(({ body, replayed }) => {
        const message = method.write(body as BodyOf<E>);
        if (call.cancelled) return ended(cancelled(clock, deadline));
        callback(null, message, trailer(trace, replayed));
        ended(Status.OK);
      })
      .catch((error: unknown) => {
        if (call.cancelled) return ended(cancelled(clock, deadline));
        // Whoever gave up did so because the time was up: an action's time-out, or a part that had none left to answer.
        const isLate = clock.now() >= deadline;
        const { response, unexpected } = refusalOf(isLate ? new DeadlineExceeded() : error, trace);
        if (unexpected) log.error({ err: error, method: name, trace_id: trace.id }, 'call failed');
        callback(response);
        ended(response.code);
      });
  };
}

/** Nobody listens any more: the client gave up, by itself or at its deadline. */
function cancelled(clock: Clock, deadline: number): Status {
  return clock.now() >= deadline ? Status.DEADLINE_EXCEEDED : Status.CANCELLED;
}

function keyOf(message: object): string {
  return (message as Partial<Command>).idempotency_key ?? '';
}

function traceparentOf(metadata: Metadata): string | undefined {
  const [traceparent] = metadata.get('traceparent');
  return typeof traceparent === 'string' ? traceparent : undefined;
}

function trailer(trace: Trace, replayed: boolean): Metadata {
  const metadata = new Metadata();
  metadata.set('x-trace-id', trace.id);
  if (replayed) metadata.set('idempotency-replayed', 'true');
  return metadata;
}
