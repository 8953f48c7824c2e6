import { CONFIG_KEYS } from './keys.ts';

const NAMES: ReadonlyMap<string, string> = new Map(CONFIG_KEYS.map(({ path, env }) => [path, `${path} (${env})`]));

/** A setting as messages name it: `http.port (LIBRARY_HTTP_PORT)`. */
export function named(path: string): string {
  return NAMES.get(path) ?? path;
}
