import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Compile } from 'typebox/compile';
import { parse } from 'yaml';
import { ConfigError } from './config-error.ts';
import { decide } from './config.ts';
import type { Config } from './config.ts';
import { CONFIG_KEYS, expectation } from './keys.ts';
import type { ConfigKey, JsonSchema } from './keys.ts';
import { ConfigSchema } from './schema.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The file that comes with the service; `CONFIG_FILE` names another. */
export const DEFAULT_CONFIG_FILE = fileURLToPath(new URL('../../configs/config.yaml', import.meta.url));

/**
 * Reads the settings once: defaults, then the file, then the environment.
 *
 * @throws ConfigError on the first thing that is wrong.
 */
export function loadConfig(env: Environment = process.env): Config {
  const file = env['CONFIG_FILE'] === undefined || env['CONFIG_FILE'] === '' ? DEFAULT_CONFIG_FILE : env['CONFIG_FILE'];
  return configFrom(readText(file, 'CONFIG_FILE'), env, file);
}

/** As {@link loadConfig}, from the text of a file. */
export function configFrom(yaml: string, env: Environment, file = 'config.yaml'): Config {
  const fromFile = parseFile(yaml, file);
  const settings: Record<string, Record<string, unknown>> = {};
  for (const key of CONFIG_KEYS) {
    const given = fromEnvironment(key, env) ?? { value: fromFile[key.group]?.[key.name] ?? key.default, source: file };
    check(key, given.value, given.source);
    (settings[key.group] ??= {})[key.name] = given.value;
  }
  if (!isSettings.Check(settings)) throw new ConfigError(`${file}: the settings do not fit their schema`);
  return decide(settings, env);
}

const isSettings = Compile(ConfigSchema);
const validators = new Map(CONFIG_KEYS.map((key) => [key.path, Compile(key.schema)]));

function parseFile(yaml: string, file: string): Record<string, Record<string, unknown> | undefined> {
  let document: unknown;
  try {
    document = parse(yaml) ?? {};
  } catch (error) {
    throw new ConfigError(`${file} is not valid YAML: ${String(error).split('\n', 1)[0]}`);
  }
  if (!isRecord(document)) throw new ConfigError(`${file}: expected groups of settings`);
  const groups: Record<string, Record<string, unknown>> = {};
  for (const [group, members] of Object.entries(document)) {
    if (!CONFIG_KEYS.some((key) => key.group === group)) throw new ConfigError(`${file}: unknown group "${group}"`);
    const settings = members ?? {};
    if (!isRecord(settings)) throw new ConfigError(`${file}: expected settings below "${group}"`);
    for (const name of Object.keys(settings)) {
      if (CONFIG_KEYS.some((key) => key.group === group && key.name === name)) continue;
      throw new ConfigError(`${file}: unknown key "${group}.${name}"`);
    }
    groups[group] = settings;
  }
  return groups;
}

/** An empty variable counts as not set: that is how compose files and charts leave one out. */
function fromEnvironment(key: ConfigKey, env: Environment): { value: unknown; source: string } | null {
  const text = env[key.env];
  const path = key.secret ? env[`${key.env}_FILE`] : undefined;
  const isSet = text !== undefined && text !== '';
  if (path !== undefined && path !== '') {
    if (isSet) throw new ConfigError(`${key.env} and ${key.env}_FILE are both set: expected one of them`);
    return { value: readText(path, `${key.env}_FILE`).trimEnd(), source: `${key.env}_FILE` };
  }
  return isSet ? { value: convert(key.schema, text), source: key.env } : null;
}

/** Text that does not convert stays text, and is refused with the others. */
function convert(schema: JsonSchema, text: string): unknown {
  const type = schema.type ?? schema.anyOf?.[0]?.type;
  if (type === 'integer') return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
  if (type === 'number') return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : text;
  if (type === 'array') return text.split(',').map((item) => item.trim());
  return text;
}

function check(key: ConfigKey, value: unknown, source: string): void {
  if (validators.get(key.path)?.Check(value) === true) return;
  const shown = key.secret ? 'not usable (its value is a secret)' : JSON.stringify(value);
  throw new ConfigError(`${key.path} (${key.env}) from ${source} is ${shown}: expected ${expectation(key.schema)}`);
}

function readText(path: string, variable: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`${variable}: cannot read ${path}: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
