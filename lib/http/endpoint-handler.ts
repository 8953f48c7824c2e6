import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { Verified, Verifier } from '../auth/verifier.ts';
import { mayAccess, scopeOf } from '../contract/access.ts';
import type { Endpoint, PreparedReply, Request } from '../contract/endpoint.ts';
import { compileQuery } from '../contract/query.ts';
import { compileCheck, invalid } from '../contract/validation.ts';
import type { Check } from '../contract/validation.ts';
import { LibraryError } from '../errors.ts';
import { authenticate } from '../limits/authenticate.ts';
import type { Limits } from '../limits/limits.ts';
import { networkOfRequest } from '../limits/network-of-request.ts';
import type { Quotas } from '../limits/quotas.ts';
import type { Clock } from '../ports/clock.ts';
import type { Trace } from '../telemetry/trace.ts';
import { etagOf, ifMatch } from './etag.ts';
import { answerOnce, idempotencyKey } from './idempotency.ts';
import type { Answer, IdempotencyStore } from './idempotency.ts';
import { jsonBody, requireJson } from './json-body.ts';
import { memberText } from './json-member.ts';
import type { EventStreams } from './event-streams.ts';
import { EVENT_STREAM } from './respond.ts';
import type { Exchange } from './respond.ts';

export interface EndpointDependencies {
  readonly verifier: Verifier;
  readonly limits: Limits;
  readonly quotas: Quotas;
  readonly clock: Clock;
  readonly bodyLimitBytes: number;
  readonly requestDeadlineMs: number;
  /** Scheme and authority by which the sender of a request reaches us. */
  readonly originOf: (req: IncomingMessage) => string;
  readonly idempotency: IdempotencyStore;
  readonly streams: Pick<EventStreams, 'mustHaveRoom' | 'hold'>;
  /** Does the endpoint's work. */
  readonly call: (endpoint: Endpoint, request: Request, user: Verified, trace: Trace) => Promise<unknown>;
}

/** Works out the answer to one request; whatever is wrong with it is thrown, a LibraryError where a rule refuses. */
export type EndpointHandler = (exchange: Exchange, params: Readonly<Record<string, string>>) => Promise<Answer>;

/**
 * The way of a request through the gateway. Each step may end it:
 * authentication (401), too many requests (429), role (403), path (422), whose data (403), query (422), body (415, 413, 400, 422),
 * idempotency (409, 422, or the stored reply), too many of what costs much (429), and only then the work itself.
 */
export function endpointHandler(endpoint: Endpoint, dependencies: EndpointDependencies): EndpointHandler {
  const { limits, quotas, clock, bodyLimitBytes, requestDeadlineMs, originOf, streams, call } = dependencies;
  const readQuery = compileQuery(endpoint.query);
  const checkParams = checkOf(endpoint.params);
  const checkQuery = checkOf(endpoint.query ?? NO_QUERY);
  const checkBody = checkOf(endpoint.body);

  const mustMay =
    (owner: string) =>
    ({ caller }: Verified): void => {
      if (!mayAccess(endpoint, caller, owner)) throw forbidden();
    };

  return async ({ req, trace }, pathParams) => {
    const deadline = clock.now() + requestDeadlineMs;
    const user = await authenticate(dependencies, req.headers.authorization, networkOfRequest(limits, req));
    const refusal = limits.called(user.caller);
    if (refusal !== null) throw refusal;
    if (scopeOf(endpoint, user.caller.roles) === null) throw forbidden();

    const params = lowerCase(pathParams);
    checkParams(params);
    const userId = params['user_id'] ?? user.caller.userId;
    if (!mayAccess(endpoint, user.caller, userId)) throw forbidden();

    const query = readQuery(searchOf(req));
    checkQuery(query);

    const body = endpoint.body === undefined ? NO_BODY : await readBody(req, bodyLimitBytes);
    checkBody(body.value);
    const owner = ownerNamedIn(body.value) ?? ownerNamedIn(query) ?? userId;
    if (!mayAccess(endpoint, user.caller, owner)) throw forbidden();

    const request: Request = {
      caller: user.caller,
      userId: owner,
      params,
      query,
      body: endpoint.verbatim === undefined ? body.value : withVerbatim(endpoint.verbatim, body),
      ifMatch: endpoint.versioned === true ? ifMatch(req.headers['if-match']) : null,
      origin: originOf(req),
      deadline,
    };
    const work = async (): Promise<Answer> => {
      const spent = endpoint.quota === undefined ? null : await quotas.take(endpoint.quota, user.caller.userId);
      if (spent !== null) throw spent;
      const isLive = endpoint.stream === EVENT_STREAM;
      if (isLive) streams.mustHaveRoom();
      const result = await call(endpoint, request, user, trace);
      if (isLive) streams.hold(result as Readable, user, req.headers.authorization ?? '', mustMay(owner));
      return answerOf(endpoint, result);
    };
    const key = endpoint.method === 'POST' ? idempotencyKey(req.headers['idempotency-key']) : null;
    if (key === null) return work();
    const fingerprint = createHash('sha256')
      .update(`${endpoint.id} ${JSON.stringify(params)} ${JSON.stringify(query)} `)
      .update(body.bytes)
      .digest('hex');
    return answerOnce(dependencies.idempotency, { userId: user.caller.userId, key, fingerprint }, trace, work);
  };
}

function answerOf(endpoint: Endpoint, result: unknown): Answer {
  const { status, versioned, prepared, stream, showsMore: alwaysSent = false } = endpoint;
  if (stream !== undefined) {
    return { status, body: '', replayed: false, stream: { type: stream, lines: result as Readable } };
  }
  if (prepared === true) {
    const { json, etag } = result as PreparedReply;
    return { status, body: json, replayed: false, etag: etagOf(etag) };
  }
  if (status === 204) return { status, body: '', replayed: false };
  const body = JSON.stringify(result);
  if (versioned !== true) return { status, body, replayed: false };
  return { status, body, replayed: false, etag: etagOf((result as { version: number }).version), alwaysSent };
}

const NO_QUERY = { type: 'object', additionalProperties: false };
const NO_BODY = { value: undefined, bytes: Buffer.alloc(0) };

async function readBody(req: IncomingMessage, limit: number) {
  requireJson(req);
  return jsonBody(req, limit);
}

function withVerbatim(member: string, { value, bytes }: { value: unknown; bytes: Buffer }): unknown {
  return { ...(value as object), [member]: memberText(bytes.toString(), member) };
}

function checkOf(schema: Endpoint['params']): (value: unknown) => void {
  if (schema === undefined) return () => {};
  const check: Check = compileCheck(schema);
  return (value) => {
    const errors = check(value);
    if (errors !== null) throw invalid(errors);
  };
}

function searchOf(req: IncomingMessage): string {
  const url = req.url ?? '';
  const at = url.indexOf('?');
  return at < 0 ? '' : url.slice(at + 1);
}

/** Path parameters are UUIDs, whose letters mean the same in either case, and names that have lower-case letters only. */
function lowerCase(params: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, value.toLowerCase()]));
}

function ownerNamedIn(part: unknown): string | null {
  const named = (part as { user_id?: unknown } | null | undefined)?.user_id;
  return typeof named === 'string' ? named.toLowerCase() : null;
}

function forbidden(): LibraryError {
  return new LibraryError('FORBIDDEN', "The caller's roles do not allow this");
}
