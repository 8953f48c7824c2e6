import type { TSchema } from 'typebox';
import type { Endpoint } from '../../../lib/contract/endpoint.ts';
import { exampleOf } from '../../../lib/contract/openapi-example.ts';
import type { RequestOptions } from './gateway.ts';

export interface BuiltRequest {
  readonly path: string;
  readonly options: RequestOptions;
}

/** A valid request to the endpoint on the data of `userId`, made of the examples in the contract. */
export function requestTo(endpoint: Endpoint, userId: string): BuiltRequest {
  const params = { ...(endpoint.params === undefined ? {} : (exampleOf(endpoint.params) as object)), user_id: userId };
  const path =
    endpoint.path.replaceAll(/\{(\w+)\}/g, (_brace, name: string) => String(params[name as 'user_id'])) +
    searchOf(endpoint, userId);
  if (endpoint.body === undefined) return { path, options: { method: endpoint.method } };
  const body = exampleOf(endpoint.body) as Record<string, unknown>;
  return {
    path,
    options: { method: endpoint.method, json: namesUser(endpoint) ? { ...body, user_id: userId } : body },
  };
}

/** The members of the query that a request cannot do without. */
function searchOf({ query }: Endpoint, userId: string): string {
  const { properties = {}, required = [] } = (query ?? {}) as {
    properties?: Record<string, TSchema & { default?: unknown }>;
    required?: string[];
  };
  const needed = Object.entries(properties).filter(
    ([name, member]) => required.includes(name) && member.default === undefined,
  );
  if (needed.length === 0) return '';
  const values = needed.map(([name, member]): [string, string] => [
    name,
    name === 'user_id' ? userId : String(exampleOf(member)),
  ]);
  return `?${new URLSearchParams(values).toString()}`;
}

/** Whether the query says whose data is meant. */
function queryNamesUser({ query }: Endpoint): boolean {
  return 'user_id' in ((query as { properties?: object } | undefined)?.properties ?? {});
}

/** Whether the body says whose data is meant. */
export function namesUser(endpoint: Endpoint): boolean {
  const { properties = {} } = (endpoint.body ?? {}) as { properties?: Record<string, unknown> };
  return 'user_id' in properties;
}

/** Whether the request can be about somebody else. */
export function canNameOther(endpoint: Endpoint): boolean {
  return endpoint.path.includes('{user_id}') || namesUser(endpoint) || queryNamesUser(endpoint);
}
