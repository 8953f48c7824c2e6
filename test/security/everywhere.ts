import type { Endpoint } from '../../lib/contract/endpoint.ts';
import { exampleOf } from '../../lib/contract/openapi-example.ts';

/** A request to an endpoint, whose every value may be replaced. */
export interface Shaped {
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** The valid request that the contract shows, with all members of its query. */
export function shapeOf({ params, query, body }: Endpoint): Shaped {
  return {
    params: params === undefined ? {} : (exampleOf(params) as Record<string, unknown>),
    query: query === undefined ? {} : (exampleOf(query) as Record<string, unknown>),
    body: body === undefined ? undefined : exampleOf(body),
  };
}

/** The same with each value replaced that `replace` knows by its member's name; undefined: it stays. */
export function replaced(value: unknown, replace: (name: string, value: unknown) => unknown, name = ''): unknown {
  const other = replace(name, value);
  if (other !== undefined) return other;
  if (Array.isArray(value)) return value.map((item) => replaced(item, replace, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, replaced(inner, replace, member)]));
}

/** Every way to put `value` in the place of one text of the request. */
export function withEachText(shape: Shaped, value: string): Shaped[] {
  const places: string[] = [];
  walk(shape, '', (path, found) => {
    if (typeof found === 'string') places.push(path);
  });
  return places.map((place) => {
    const copy = structuredClone(shape) as unknown as Record<string, unknown>;
    const steps = place.split('\n').slice(1);
    const last = steps.pop() ?? '';
    const holder = steps.reduce((at, step) => at[step] as Record<string, unknown>, copy);
    holder[last] = value;
    return copy as unknown as Shaped;
  });
}

function walk(value: unknown, path: string, visit: (path: string, value: unknown) => void): void {
  visit(path, value);
  if (typeof value !== 'object' || value === null) return;
  for (const [member, inner] of Object.entries(value)) walk(inner, `${path}\n${member}`, visit);
}

/** Where it goes, below the API's base. Members of the query that are null are left out. */
export function targetOf({ path }: Endpoint, { params, query }: Shaped): string {
  const place = path.replaceAll(/\{(\w+)\}/g, (_brace, name: string) => encodeURIComponent(String(params[name])));
  const given = Object.entries(query)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]): [string, string] => [name, String(value)]);
  return given.length === 0 ? place : `${place}?${new URLSearchParams(given).toString()}`;
}
