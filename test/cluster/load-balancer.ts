/**
 * HTTP as it reaches the gateways behind a load balancer: only gateways that say they are ready are picked, a connection
 * that a gateway closes is not used again, and a request whose connection broke before the first byte of an answer is
 * sent again, elsewhere. The last is safe here because every request may be repeated.
 */
import { Agent, request as httpRequest } from 'node:http';

export interface Response {
  readonly status: number;
  readonly body: string;
  readonly attempts: number;
}

/** No answer. `attempts` is how often the request was sent. */
export class NoAnswer extends Error {
  readonly attempts: number;

  constructor(message: string, attempts: number) {
    super(message);
    this.name = 'NoAnswer';
    this.attempts = attempts;
  }
}

export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly token: string;
  readonly body?: object;
}

interface Gateway {
  readonly url: () => string;
  readonly agent: Agent;
  ready: boolean;
}

const LOOK_MS = 200;
const LOOK_TIMEOUT_MS = 1_000;
const TIMEOUT_MS = 8_000;
const ATTEMPTS = 4;
/** Further sendings begin within this time, so that it is known how long a request may still take effect. */
const RESEND_MS = 2_000;

export class LoadBalancer {
  readonly #gateways: readonly Gateway[];
  readonly #timer: NodeJS.Timeout;
  #next = 0;

  constructor(urls: readonly (() => string)[]) {
    this.#gateways = urls.map((url) => ({ url, agent: new Agent({ keepAlive: true, maxSockets: 128 }), ready: true }));
    this.#timer = setInterval(() => {
      for (const gateway of this.#gateways) void this.#look(gateway);
    }, LOOK_MS);
  }

  close(): void {
    clearInterval(this.#timer);
    for (const { agent } of this.#gateways) agent.destroy();
  }

  /** @throws NoAnswer */
  async send(request: Request): Promise<Response> {
    const resendUntil = Date.now() + RESEND_MS;
    let failed: Gateway | null = null;
    for (let attempts = 1; ; attempts += 1) {
      const gateway = this.#pick(failed);
      const sent = await exchange(gateway, request);
      if ('status' in sent) return { ...sent, attempts };
      if (!sent.mayResend || attempts === ATTEMPTS || Date.now() > resendUntil) {
        throw new NoAnswer(sent.error, attempts);
      }
      failed = gateway;
    }
  }

  /** In turn among the ready ones, when there are any, and another one than that which just failed. */
  #pick(failed: Gateway | null): Gateway {
    const ready = this.#gateways.filter((gateway) => gateway.ready);
    const candidates = (ready.length > 0 ? ready : this.#gateways).filter((gateway) => gateway !== failed);
    this.#next += 1;
    const gateway = candidates[this.#next % candidates.length] ?? failed;
    if (!gateway) throw new Error('there is no gateway');
    return gateway;
  }

  async #look(gateway: Gateway): Promise<void> {
    gateway.ready = await new Promise<boolean>((resolve) => {
      const look = httpRequest(
        `${gateway.url()}/health/ready`,
        { agent: false, timeout: LOOK_TIMEOUT_MS },
        (response) => {
          response.resume();
          resolve(response.statusCode === 200);
        },
      );
      look.on('timeout', () => look.destroy());
      look.on('error', () => resolve(false));
      look.end();
    });
  }
}

type Sent =
  { readonly status: number; readonly body: string } | { readonly error: string; readonly mayResend: boolean };

function exchange(gateway: Gateway, { method, path, token, body }: Request): Promise<Sent> {
  const text = body === undefined ? '' : JSON.stringify(body);
  return new Promise((resolve) => {
    let answered = false;
    const sending = httpRequest(
      gateway.url() + path,
      {
        method,
        agent: gateway.agent,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
        },
      },
      (response) => {
        answered = true;
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', (error) => finish({ error: error.message, mayResend: false }));
        response.on('end', () =>
          finish({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        );
      },
    );
    const timer = setTimeout(() => {
      finish({ error: `no answer within ${TIMEOUT_MS} ms`, mayResend: false });
      sending.destroy();
    }, TIMEOUT_MS);
    const finish = (sent: Sent): void => {
      clearTimeout(timer);
      resolve(sent);
    };
    sending.on('error', (error) => finish({ error: error.message, mayResend: !answered }));
    sending.end(text);
  });
}
