import { randomFillSync } from 'node:crypto';
import type { TracedSpan } from './tracing/traced-span.ts';

/** Which request a log line, a problem document and a call between services belong to. */
export interface Trace {
  /** 32 hexadecimal digits. */
  readonly id: string;
  /** W3C Trace Context, to be sent on: this service's own span below the caller's. */
  readonly traceparent: string;
  /** Of a request whose way is told; absent from nearly all. */
  readonly span?: TracedSpan;
}

/** What a caller's header says. */
export interface Traceparent {
  readonly id: string;
  readonly spanId: string;
  readonly isSampled: boolean;
}

/** https://www.w3.org/TR/trace-context-2/#traceparent-header, version 00 and later ones read as 00. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:$|-)/;
const SAMPLED = 1;

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

/** Null when the text is no traceparent. */
export function readTraceparent(text: unknown): Traceparent | null {
  const [, id, spanId, flags] = (typeof text === 'string' && TRACEPARENT.exec(text)) || [];
  if (id === undefined || spanId === undefined || flags === undefined) return null;
  return { id, spanId, isSampled: (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED };
}

/**
 * Goes on with the caller's trace when the header is one, and begins a new one otherwise.
 *
 * @param flags what is said of sampling from here on; by default what the caller said
 */
export function traceFrom(traceparent: string | string[] | undefined, flags?: string): Trace {
  const parent = typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent) : null;
  if (parent !== null) {
    const id = parent[1] ?? '';
    return { id, traceparent: `00-${id}-${randomHex(8)}-${flags ?? parent[3]}` };
  }
  const id = randomHex(16);
  return { id, traceparent: `00-${id}-${randomHex(8)}-${flags ?? '00'}` };
}
