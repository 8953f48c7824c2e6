import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { inTrace } from '../telemetry/tracing/current.ts';
import { NO_TRACES, type Traces } from '../telemetry/tracing/traces.ts';
import type { HotHandler } from './hot-path.ts';
import { letSend } from './long-bodies.ts';
import type { Exchange } from './respond.ts';

/** The first to see a request. */
export interface Front {
  readonly listener: RequestListener;
  /** Handlers of the hot path, keyed by the whole request target of a POST: `/api/v1/library/playtime/heartbeat`. */
  readonly hot: Map<string, HotHandler>;
  /** Handlers of what is asked for most, keyed by method and path without its query: `GET /api/v1/library/`. */
  readonly direct: Map<string, (exchange: Exchange) => void>;
  /** Handlers of everything below a path that ends in `/`; they let senders send (`Expect`) themselves. */
  readonly below: Map<string, (exchange: Exchange) => void>;
  /** The exchange of a request that went on to the handler behind. */
  readonly exchangeOf: (req: IncomingMessage) => Exchange;
}

/**
 * Gives every request its trace and starting time, takes the hot ones itself, and passes the others on.
 *
 * @param admits whether anything is to be done for the request at all; if not, it has been answered
 */
export function createFront(
  behind: (req: IncomingMessage, res: ServerResponse) => unknown,
  admits: (exchange: Exchange) => boolean,
  traces: Traces = NO_TRACES,
): Front {
  const hot = new Map<string, HotHandler>();
  const direct = new Map<string, (exchange: Exchange) => void>();
  const below = new Map<string, (exchange: Exchange) => void>();
  const passedOn = new WeakMap<IncomingMessage, Exchange>();

  function take(exchange: Exchange): void {
    const { req, res } = exchange;
    if (!admits(exchange)) return;
    for (const [path, handle] of below) if (req.url?.startsWith(path) === true) return handle(exchange);
    letSend(req, res);
    if (req.method === 'POST' && hot.get(req.url ?? '')?.(exchange) === true) return;
    const handler = direct.get(`${req.method} ${pathOf(req.url ?? '')}`);
    if (handler !== undefined) return handler(exchange);
    passedOn.set(req, req.method === 'HEAD' ? { ...exchange, headOnly: true } : exchange);
    normalise(req);
    behind(req, res);
  }

  return {
    hot,
    direct,
    below,
    listener(req, res) {
      const trace = traces.begin(req.headers.traceparent, 'client');
      const exchange: Exchange = { req, res, trace, startedAt: performance.now() };
      if (trace.span === undefined) take(exchange);
      else inTrace(trace, () => take(exchange));
    },
    exchangeOf(req) {
      const exchange = passedOn.get(req);
      if (exchange === undefined) throw new TypeError('this request did not come through the front');
      return exchange;
    },
  };
}

function pathOf(target: string): string {
  const query = target.indexOf('?');
  return query < 0 ? target : target.slice(0, query);
}

/**
 * HEAD is GET whose body node leaves out (it decided so when the response was made). OPTIONS must stay OPTIONS:
 * moleculer-web would take it for the method that a CORS preflight asks about, and run that.
 */
function normalise(req: IncomingMessage): void {
  if (req.method === 'HEAD') req.method = 'GET';
  if (req.method === 'OPTIONS') delete req.headers['access-control-request-method'];
}
