import type { TSchema } from 'typebox';
import { ConfigSchema } from './schema.ts';

/** One setting, as the schema declares it. */
export interface ConfigKey {
  readonly group: string;
  readonly name: string;
  /** `group.name`, as in the file. */
  readonly path: string;
  readonly env: string;
  readonly secret: boolean;
  readonly default: unknown;
  readonly description: string;
  readonly schema: JsonSchema;
}

export interface JsonSchema {
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

type Annotated = JsonSchema & { env: string; secret?: boolean; default: unknown; description: string };

/** Every setting of {@link ConfigSchema}, in its order. */
export const CONFIG_KEYS: readonly ConfigKey[] = Object.entries(ConfigSchema.properties).flatMap(([group, schema]) =>
  Object.entries<TSchema>(schema.properties).map(([name, leaf]) => {
    const declared = leaf as unknown as Annotated;
    return {
      group,
      name,
      path: `${group}.${name}`,
      env: declared.env,
      secret: declared.secret === true,
      default: declared.default,
      description: declared.description,
      schema: declared,
    };
  }),
);

/** What a value must be, for people. */
export function expectation(schema: JsonSchema): string {
  if (schema.anyOf !== undefined) return schema.anyOf.map(expectation).join(' or ');
  if (schema.type === 'null') return 'nothing';
  if (schema.enum !== undefined) return `one of ${schema.enum.join(', ')}`;
  if (schema.type === 'integer') return `a whole number from ${schema.minimum} to ${schema.maximum}`;
  if (schema.type === 'number') return `a number from ${schema.minimum} to ${schema.maximum}`;
  if (schema.type === 'array') return `a list of ${schema.items?.enum?.join(', ')}, each once`;
  const length =
    schema.minLength !== undefined && schema.minLength > 1 ? ` of at least ${schema.minLength} characters` : '';
  return `a text${length}${schema.pattern === undefined ? '' : ` like ${schema.pattern}`}`;
}
