import { ATTR_ERROR_TYPE, ATTR_NETWORK_PROTOCOL_NAME } from '@opentelemetry/semantic-conventions';
import type { Trace } from '../telemetry/trace.ts';

/** Ends the span of a frame that was answered, where its way is told. `status` is the one that the reply says. */
export function endFrameSpan(trace: Trace | undefined, type: string, status: number): void {
  const span = trace?.span;
  if (span === undefined) return;
  span.rename(`websocket ${type}`);
  span.set({ [ATTR_NETWORK_PROTOCOL_NAME]: 'websocket', 'library.frame.type': type, 'library.frame.status': status });
  if (status >= 500) span.fail(String(status));
  else if (status >= 400) span.set({ [ATTR_ERROR_TYPE]: String(status) });
  span.end();
}
