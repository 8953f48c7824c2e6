import { describe, expect, it } from '@jest/globals';
import { CONSUMED_EVENTS } from '../../../../lib/contract/events/consumed.ts';
import { ENDPOINTS } from '../../../../lib/contract/endpoints.ts';

interface Node {
  readonly type?: string;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
}

/** Where a whole number may be larger than the service can compute with. */
function unbounded(node: Node | undefined, at: string): string[] {
  if (node === undefined) return [];
  if (node.type === 'integer') return (node.maximum ?? Infinity) <= Number.MAX_SAFE_INTEGER ? [] : [at];
  return [
    ...Object.entries(node.properties ?? {}).flatMap(([name, member]) => unbounded(member, `${at}.${name}`)),
    ...unbounded(node.items, `${at}[]`),
    ...(node.anyOf ?? []).flatMap((member) => unbounded(member, at)),
  ];
}

describe('a whole number that somebody sends', () => {
  it.each(ENDPOINTS.map((endpoint) => [endpoint.id, endpoint] as const))(
    'to %s has a largest value',
    (id, endpoint) => {
      const { params, query, body } = endpoint;
      expect([params, query, body].flatMap((part) => unbounded(part as Node | undefined, id))).toEqual([]);
    },
  );

  it.each(CONSUMED_EVENTS.map((event) => [event.type, event] as const))('in %s has a largest value', (type, event) => {
    expect(unbounded(event.data as Node, type)).toEqual([]);
  });
});
