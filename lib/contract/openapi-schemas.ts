import { isDeepStrictEqual } from 'node:util';
import type { TSchema } from 'typebox';
import type { Json } from './openapi.ts';

/** Gathers the schemas that have a title under `components/schemas`, and leaves a reference in their place. */
export class SchemaRegistry {
  readonly #named = new Map<string, Json>();

  /**
   * The schema as it is to be written where it is used.
   *
   * @throws TypeError when two different schemas have the same title.
   */
  use(schema: TSchema): Json {
    return this.#write(JSON.parse(JSON.stringify(schema))) as Json;
  }

  components(): Json {
    return Object.fromEntries([...this.#named].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #write(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#write(item));
    if (typeof value !== 'object' || value === null) return value;
    const written = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, this.#write(member)]));
    const title = written['title'];
    if (typeof title !== 'string' || written['type'] !== 'object') return written;
    const known = this.#named.get(title);
    if (known !== undefined && !isDeepStrictEqual(known, written))
      throw new TypeError(`two schemas are called ${title}`);
    this.#named.set(title, written);
    return { $ref: `#/components/schemas/${title}` };
  }
}
