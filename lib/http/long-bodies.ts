import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

const receiving = new WeakSet<Socket>();

/**
 * From now on this request's body may take longer than `http.requestTimeoutMs`; whoever reads it sees to it that it does
 * not stall. Returns a function that ends the exemption.
 */
export function takeItsTime({ socket }: IncomingMessage): () => void {
  receiving.add(socket);
  return () => receiving.delete(socket);
}

/** Whether the body that this socket is sending may take its time. */
export function mayTakeItsTime(socket: Socket): boolean {
  return receiving.has(socket);
}

/** A sender that waits for leave to send its body (RFC 9110, section 10.1.1) gets it. */
export function letSend(req: IncomingMessage, res: { writeContinue(): void }): void {
  // Node itself has answered every other expectation, and leaves those of HTTP/1.0 alone, as it must.
  if (req.headers.expect !== undefined && req.httpVersion === '1.1') res.writeContinue();
}
