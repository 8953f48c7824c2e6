import type { TSchema } from 'typebox';

interface Node {
  readonly type?: string;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
}

/** A value that fits the schema, put together from the examples of its members. A test validates every one. */
export function exampleOf(schema: TSchema): unknown {
  return example(schema);
}

function example(node: Node): unknown {
  if (node.examples !== undefined) return node.examples[0];
  if (node.default !== undefined) return node.default;
  if (node.anyOf?.[0] !== undefined) return example(node.anyOf[0]);
  if (node.type === 'object') {
    return Object.fromEntries(Object.entries(node.properties ?? {}).map(([name, member]) => [name, example(member)]));
  }
  if (node.type === 'array') return node.items === undefined ? [] : [example(node.items)];
  if (node.type === 'boolean') return false;
  if (node.type === 'null') return null;
  return node.type === 'string' ? 'text' : (node.minimum ?? 0);
}
