import { status as Status } from '@grpc/grpc-js';
import { ATTR_RPC_METHOD, ATTR_RPC_SYSTEM_NAME } from '@opentelemetry/semantic-conventions/incubating';
import type { Trace } from '../telemetry/trace.ts';

/** What is the server's fault: https://opentelemetry.io/docs/specs/semconv/rpc/grpc/#grpc-status */
const FAULTS: ReadonlySet<Status> = new Set([
  Status.UNKNOWN,
  Status.DEADLINE_EXCEEDED,
  Status.UNIMPLEMENTED,
  Status.INTERNAL,
  Status.UNAVAILABLE,
  Status.DATA_LOSS,
]);

/** Ends the span of a call that came to its end, where its way is told. */
export function endRpcSpan({ span }: Trace, method: string, code: Status): void {
  if (span === undefined) return;
  span.rename(method);
  span.set({
    [ATTR_RPC_SYSTEM_NAME]: 'grpc',
    [ATTR_RPC_METHOD]: method,
    'rpc.response.status_code': Status[code],
  });
  if (FAULTS.has(code)) span.fail(Status[code]);
  span.end();
}
