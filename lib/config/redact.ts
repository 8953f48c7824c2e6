import type { Config } from './config.ts';
import { CONFIG_KEYS } from './keys.ts';

/** The settings for the log: secrets only say whether they are set, and of addresses the credentials are cut out. */
export function redacted(config: Config): Record<string, unknown> {
  const groups = config as unknown as Record<string, Record<string, unknown>>;
  const shown: Record<string, unknown> = {};
  for (const key of CONFIG_KEYS) {
    const value = groups[key.group]?.[key.name];
    shown[key.path] = key.secret && value !== null ? withoutCredentials(value) : value;
  }
  return shown;
}

/** Only an address whose host can be told apart is shown at all: a key, or an odd address, is not. */
function withoutCredentials(value: unknown): string {
  if (typeof value !== 'string' || !value.includes('://')) return '[set]';
  const url = URL.parse(value);
  return url === null || url.host === '' ? '[set]' : `${url.protocol}//${url.host}`;
}
