import type { Method, Parts } from './method.ts';
import { mayAccess, scopeOf } from '../contract/access.ts';
import type { Caller, Endpoint, Request } from '../contract/endpoint.ts';
import { compileCheck, invalid } from '../contract/validation.ts';
import { LibraryError } from '../errors.ts';

/** Makes a message the request of its endpoint, by the very rules of REST: role, shape, whose data. */
export type RequestReader<In> = (message: In, caller: Caller, deadline: number) => Request;

const NO_QUERY = { type: 'object', additionalProperties: false };

/**
 * The returned reader throws LibraryError FORBIDDEN and VALIDATION_ERROR, the latter naming the fields of the message,
 * which are called as in REST.
 */
export function requestReader<In, Out, E extends Endpoint>(method: Method<In, Out, E>): RequestReader<In> {
  const { endpoint } = method;
  const defaults = defaultsOf(endpoint);
  const checks = [
    check(endpoint.params, ({ params }) => params),
    check(endpoint.query ?? NO_QUERY, ({ query }) => query),
    check(endpoint.body, ({ body }) => body),
  ];
  return (message, caller, deadline) => {
    if (scopeOf(endpoint, caller.roles) === null) throw forbidden();
    const { params = {}, query = {}, body } = method.read(message);
    const parts = { params: lowerCase(params), query: { ...defaults, ...query }, body };
    for (const mustFit of checks) mustFit(parts);
    const userId = parts.params['user_id'] ?? caller.userId;
    if (!mayAccess(endpoint, caller, userId)) throw forbidden();
    return { caller, userId, ...parts, ifMatch: null, origin: '', deadline };
  };
}

function check(schema: Endpoint['params'], part: (parts: Parts) => unknown): (parts: Parts) => void {
  if (schema === undefined) return () => {};
  const errorsOf = compileCheck(schema);
  return (parts) => {
    const errors = errorsOf(part(parts));
    if (errors !== null) throw invalid(errors);
  };
}

/** What an action finds in its query when the caller does not say. */
function defaultsOf({ query }: Endpoint): Readonly<Record<string, unknown>> {
  const { properties = {} } = (query ?? {}) as { properties?: Record<string, { default?: unknown }> };
  const given = Object.entries(properties).filter(([, member]) => member.default !== undefined);
  return Object.fromEntries(given.map(([name, member]) => [name, member.default]));
}

/** UUIDs mean the same in either case. */
function lowerCase(params: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, value.toLowerCase()]));
}

function forbidden(): LibraryError {
  return new LibraryError('FORBIDDEN', "The caller's roles do not allow this");
}
