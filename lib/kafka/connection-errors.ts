import { instancesChannel } from '@platformatic/kafka';
import type { EventEmitter } from 'node:events';

interface Created {
  readonly type: string;
  readonly instance: EventEmitter;
}

let isHeld = false;

/**
 * Keeps this process alive when a broker hangs up while an account is being proven to it (its restart, a certificate that it
 * refuses: in TLS 1.3 that is told only then). @platformatic/kafka 2.12 then reports the failure of a connection twice, as an
 * event that its pool hears once, and an `error` that nobody hears ends the process. Whoever waits for the connection is told
 * in any case.
 */
export function holdConnectionErrors(): void {
  if (isHeld) return;
  isHeld = true;
  instancesChannel.subscribe((message) => {
    const { type, instance } = message as Created;
    if (type === 'connection') instance.on('error', () => undefined);
  });
}
