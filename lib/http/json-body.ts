import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { jsonDepth } from './json-depth.ts';
import { LibraryError } from '../errors.ts';

/**
 * How much of a body that is too large is still read and thrown away, so that the client gets to see the answer before
 * its connection ends. Beyond this, it does not.
 */
const LINGER_BYTES = 1_048_576;
const UTF_8 = /^charset\s*=\s*"?utf-8"?$/i;

/** @throws LibraryError UNSUPPORTED_MEDIA_TYPE unless the request's head announces plain JSON. */
export function requireJson(req: IncomingMessage): void {
  const { 'content-type': type, 'content-encoding': encoding } = req.headers;
  if (type === undefined || !isJson(type)) {
    throw new LibraryError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json');
  }
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new LibraryError('UNSUPPORTED_MEDIA_TYPE', 'Send the body without a content encoding');
  }
}

/**
 * RFC 8259: JSON is UTF-8; the parameter has no meaning but is often sent. Taken apart rather than matched by one pattern:
 * spaces that two parts of a pattern may take cost the square of their number.
 */
function isJson(type: string): boolean {
  const [media = '', parameter = '', ...more] = type.split(';', 4).map((part) => part.trim());
  if (media.toLowerCase() !== 'application/json') return false;
  return (parameter === '' || UTF_8.test(parameter)) && more.every((part, n) => n === 0 && part === '');
}

/** Receives the parsed body and its bytes, or what is wrong with it. Called once; never when the client goes away. */
export type BodyReceiver = (error: LibraryError | null, value: unknown, bytes: Buffer) => void;

const NOTHING = Buffer.alloc(0);
const MAX_DEPTH = 100;

/**
 * Reads a JSON body of at most `limit` bytes. A callback and not a promise: this is most of what the gateway itself
 * does for a heartbeat.
 */
export function readJson(req: IncomingMessage, limit: number, receive: BodyReceiver): void {
  let bytes: Buffer = NOTHING;
  let chunks: Buffer[] | null = null;
  let size = 0;
  req.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= limit) {
      if (bytes === NOTHING) bytes = chunk;
      else (chunks ??= [bytes]).push(chunk);
    } else if (size > limit + LINGER_BYTES) {
      req.removeAllListeners('data');
      req.removeAllListeners('end');
      req.resume();
      receive(tooLarge(limit), undefined, NOTHING);
    }
  });
  req.on('end', () => {
    if (size > limit) return receive(tooLarge(limit), undefined, NOTHING);
    if (chunks !== null) bytes = Buffer.concat(chunks);
    let value: unknown;
    try {
      if (!isUtf8(bytes)) throw new SyntaxError('not UTF-8');
      value = JSON.parse(bytes.toString());
    } catch {
      return receive(new LibraryError('MALFORMED_REQUEST', 'The body is not valid JSON'), undefined, NOTHING);
    }
    receive(null, value, bytes);
  });
}

/**
 * As {@link readJson}, for those who wait. Never settles when the client goes away. What is nested deeper than anybody
 * needs is refused: whoever walks through it by recursion would run out of stack.
 */
export function jsonBody(req: IncomingMessage, limit: number): Promise<{ value: unknown; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    readJson(req, limit, (error, value, bytes) => {
      if (error !== null) reject(error);
      else if (jsonDepth(bytes) > MAX_DEPTH) {
        const detail = `The body is nested deeper than ${MAX_DEPTH} levels`;
        reject(new LibraryError('MALFORMED_REQUEST', detail));
      } else resolve({ value, bytes });
    });
  });
}

function tooLarge(limit: number): LibraryError {
  return new LibraryError('PAYLOAD_TOO_LARGE', `The body is larger than ${limit} bytes`);
}
