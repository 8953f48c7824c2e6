import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface Sending {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent with its Content-Length; null: none is sent, and no length. */
  readonly body: Buffer | null;
}

export interface Reply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** What lies between a launcher and the store. */
export interface Wire {
  send(sending: Sending): Promise<Reply>;
  /** Sends a body whose length nobody says beforehand (chunked). */
  sendWithoutLength(sending: Sending): Promise<Reply>;
  /** Sends the headers and so many bytes of the body, then breaks the connection. Resolves when it is gone. */
  dieMidway(sending: Sending, afterBytes: number): Promise<void>;
}

/** HTTP as it is; nothing but what is sent goes out, no header is added beside Host and Content-Length. */
export const HTTP_WIRE: Wire = {
  send: (sending) => answered(begin(sending, sending.body?.length ?? null), sending.body),
  sendWithoutLength: (sending) => {
    const outgoing = begin(sending, null);
    // Otherwise node counts a body that is there as a whole, and says its length.
    outgoing.setHeader('transfer-encoding', 'chunked');
    return answered(outgoing, sending.body);
  },
  dieMidway: (sending, afterBytes) => {
    const body = sending.body ?? Buffer.alloc(0);
    const outgoing = begin(sending, body.length);
    return new Promise((resolve) => {
      // What the server says to half a request, and how the connection ends, is nobody's business any more.
      outgoing.on('error', () => undefined);
      outgoing.on('response', (response: IncomingMessage) => response.resume());
      outgoing.once('close', resolve);
      outgoing.write(body.subarray(0, afterBytes), () => outgoing.destroy());
    });
  },
};

function begin({ method, url, headers }: Sending, length: number | null): ClientRequest {
  const lengths = length === null ? {} : { 'content-length': String(length) };
  return request(url, { method, headers: { ...headers, ...lengths }, agent: false });
}

function answered(outgoing: ClientRequest, body: Buffer | null): Promise<Reply> {
  return new Promise((resolve, reject) => {
    let response: IncomingMessage | null = null;
    outgoing.once('response', (incoming: IncomingMessage) => {
      response = incoming;
      buffer(incoming).then(
        (received) => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: received }),
        reject,
      );
    });
    // A server that refuses early may close while the body is still on its way: its answer counts.
    outgoing.on('error', (error) => {
      if (response === null) reject(error);
    });
    outgoing.end(body ?? undefined);
  });
}
