import { randomFillSync } from 'node:crypto';

/** Which request a log line, a problem document and a call between services belong to. */
export interface Trace {
  /** 32 hexadecimal digits. */
  readonly id: string;
  /** W3C Trace Context, to be sent on: this service's own span below the caller's. */
  readonly traceparent: string;
}

/** https://www.w3.org/TR/trace-context-2/#traceparent-header, version 00 and later ones read as 00. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(?:$|-)/;

// A system call for every request would cost more than the rest of this file.
const pool = Buffer.alloc(24 * 256);
let used = pool.length;

function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
}

/** Goes on with the caller's trace when the header is one, and begins a new one otherwise. */
export function traceFrom(traceparent: string | string[] | undefined): Trace {
  const parent = typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent) : null;
  if (parent !== null) {
    const id = parent[1] ?? '';
    return { id, traceparent: `00-${id}-${randomHex(8)}-${parent[2]}` };
  }
  const id = randomHex(16);
  return { id, traceparent: `00-${id}-${randomHex(8)}-00` };
}
