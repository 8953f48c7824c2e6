import type { TSchema } from 'typebox';

interface Member {
  readonly type?: string;
  readonly default?: unknown;
}

/** Reads the query part of a URL into the value that the endpoint's query schema describes. */
export type QueryReader = (search: string) => Record<string, unknown>;

const INTEGER = /^-?(0|[1-9]\d{0,15})$/;

/**
 * Compiles a reader for an endpoint's query. Text becomes a number or boolean where the schema says so; what does not
 * convert stays text, and a member given twice becomes a list, for the validation to refuse. Members with a default
 * are always present. The result has no prototype: no name a client can send means anything but itself.
 */
export function compileQuery(schema: TSchema | undefined): QueryReader {
  const members = Object.entries((schema as { properties?: Record<string, Member> } | undefined)?.properties ?? {});
  const types = new Map(members.map(([name, member]) => [name, member.type]));
  const defaults = members.filter(([, member]) => member.default !== undefined);
  return (search) => {
    const query = Object.create(null) as Record<string, unknown>;
    for (const [name, value] of new URLSearchParams(search)) {
      const converted = convert(types.get(name), value);
      query[name] = name in query ? [query[name], converted].flat() : converted;
    }
    for (const [name, member] of defaults) query[name] ??= member.default;
    return query;
  };
}

function convert(type: string | undefined, value: string): unknown {
  if (type === 'integer' && INTEGER.test(value)) return Number(value);
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}
