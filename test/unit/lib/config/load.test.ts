import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { WELL_KNOWN_DEV_KEY } from '../../../../lib/config/config.ts';
import { CONFIG_KEYS } from '../../../../lib/config/keys.ts';
import { configFrom, DEFAULT_CONFIG_FILE, loadConfig } from '../../../../lib/config/load.ts';
import { redacted } from '../../../../lib/config/redact.ts';
import { PROJECT_ROOT } from '../../../../lib/http/project-files.ts';

const DSN = 'postgres://library:hunter2@db.example:5432/library';

describe('the configuration', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'library-config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('needs nothing: the file that comes with the service says the defaults', () => {
    expect(loadConfig({ NODE_ID: 'a' })).toEqual(configFrom('', { NODE_ID: 'a' }));
    expect(parse(readFileSync(DEFAULT_CONFIG_FILE, 'utf8'))).toEqual(
      CONFIG_KEYS.reduce<Record<string, Record<string, unknown>>>((groups, key) => {
        (groups[key.group] ??= {})[key.name] = key.default;
        return groups;
      }, {}),
    );
  });

  it.each(CONFIG_KEYS.map((key) => [key.path, key] as const))(
    'explains %s in the file and in docs/configuration.md',
    (_path, key) => {
      expect(readFileSync(DEFAULT_CONFIG_FILE, 'utf8')).toContain(
        `  # ${key.description} [${key.env}]\n  ${key.name}:`,
      );
      const shown = Array.isArray(key.default) ? key.default.join(',') : String(key.default);
      const row = readFileSync(join(PROJECT_ROOT, 'docs/configuration.md'), 'utf8')
        .split('\n')
        .find((line) => line.startsWith(`| \`${key.path}\` `));
      const cells = row?.split(/(?<!\\)\|/).map((cell) => cell.trim());
      expect(cells?.slice(2, 4)).toEqual([`\`${key.env}\`${key.secret ? ' _secret_' : ''}`, `\`${shown}\``]);
      expect(cells?.at(-2)?.replaceAll('\\|', '|')).toBe(key.description);
    },
  );

  it('names no key in docs/configuration.md that does not exist', () => {
    const rows = readFileSync(join(PROJECT_ROOT, 'docs/configuration.md'), 'utf8').matchAll(/^\| `([\w.]+)`/gm);
    expect([...rows].map(([, path]) => path)).toEqual(CONFIG_KEYS.map(({ path }) => path));
  });

  it('is overridden by the environment, and an empty variable counts as not set', () => {
    const yaml = 'http: { port: 9000 }\nlog: { level: warn }';
    const config = configFrom(yaml, { LIBRARY_HTTP_PORT: '9100', LOG_LEVEL: '', NODE_ROLES: 'engine, gateway,domain' });
    expect([config.http.port, config.log.level, config.node.roles]).toEqual([
      9100,
      'warn',
      ['engine', 'gateway', 'domain'],
    ]);
  });

  it('reads secrets from files, without the newline at their end', () => {
    const path = join(folder, 'dsn');
    writeFileSync(path, `${DSN}\n`);
    expect(configFrom('', { POSTGRES_DSN_FILE: path }).postgres.dsn).toBe(DSN);
    expect(() => configFrom('', { POSTGRES_DSN_FILE: path, POSTGRES_DSN: DSN })).toThrow(/both set/);
    expect(() => configFrom('', { POSTGRES_DSN_FILE: join(folder, 'none') })).toThrow(/POSTGRES_DSN_FILE.*ENOENT/);
  });

  it('cannot be changed after it was read', () => {
    const config = configFrom('', {});
    expect(Object.isFrozen(config) && Object.isFrozen(config.engine) && Object.isFrozen(config.node.roles)).toBe(true);
  });

  it.each([
    [
      { LIBRARY_HTTP_PORT: '80a' },
      'http.port (LIBRARY_HTTP_PORT) from LIBRARY_HTTP_PORT is "80a": expected a whole number from 0 to 65535',
    ],
    [{ SHARDS: '0' }, 'engine.shards (SHARDS) from SHARDS is 0: expected a whole number from 1 to 65536'],
    [
      { LOG_LEVEL: 'loud' },
      'log.level (LOG_LEVEL) from LOG_LEVEL is "loud": expected one of fatal, error, warn, info, debug, trace',
    ],
    [
      { NATS_URL: 'http://x' },
      'nats.url (NATS_URL) from NATS_URL is not usable (its value is a secret): expected a text like ^(nats|tls)://[^\\s]+$ or nothing',
    ],
    [
      { NODE_ROLES: 'gateway,cook' },
      'node.roles (NODE_ROLES) from NODE_ROLES is ["gateway","cook"]: expected a list of gateway, engine, domain, bridge, each once',
    ],
    [{ CONFIG_FILE: '/does/not/exist.yaml' }, 'CONFIG_FILE: cannot read /does/not/exist.yaml: ENOENT'],
  ])('stops the start with one line for %j', (env, line) => {
    expect(() => loadConfig(env)).toThrow(new Error(line));
    expect(line).not.toContain('\n');
  });

  it.each([
    [{ JWT_DEV_KEY: 'hunter2' }, /auth\.devKey \(JWT_DEV_KEY\).*at least 32 characters/],
    [{ POSTGRES_DSN: 'mysql://root:hunter2@x' }, /postgres\.dsn \(POSTGRES_DSN\).*expected/],
  ])('never tells a secret that is wrong: %j', (env, line) => {
    expect(() => configFrom('', env)).toThrow(line);
    expect(() => configFrom('', env)).not.toThrow(/hunter2/);
  });

  it.each([
    ['htp: {}', 'unknown group "htp"'],
    ['http: { prot: 1 }', 'unknown key "http.prot"'],
    ['[1]', 'expected groups of settings'],
    ['http: 7', 'expected settings below "http"'],
    ['http: {', 'is not valid YAML'],
  ])('refuses the file %j', (yaml, line) => {
    expect(() => configFrom(yaml, {}, 'my.yaml')).toThrow(line);
    expect(() => configFrom(yaml, {}, 'my.yaml')).toThrow(/^my\.yaml/);
  });

  it.each([
    [{ AUTH_MODE: 'jwks' }, /needs auth\.jwksUrl/],
    [{ NODE_ENV: 'production' }, /AUTH_MODE.*NODE_ENV=production/],
    [{ AUTH_MODE: 'dev', JWT_JWKS_URL: 'https://id.example/keys' }, /JWT_DEV_KEY/],
    [{ CHECKPOINT_STORE: 'redis' }, /needs redis\.addr/],
    [{ MAX_GAP_SECONDS: '30' }, /MAX_GAP_SECONDS.*at least/],
    [{ SESSION_TIMEOUT_SECONDS: '100' }, /SESSION_TIMEOUT_SECONDS.*at least/],
    [{ NODE_ROLES: 'gateway' }, /NATS_URL/],
    [{ TLS_CERT_FILE: 'cert.pem' }, /both or none/],
    [{ GRPC_TLS_KEY_FILE: 'key.pem' }, /both or none/],
    [{ GRPC_TLS_CLIENT_CA_FILE: 'ca.pem' }, /GRPC_TLS_CERT_FILE/],
    [{ GRPC_TLS_CLIENTS: 'required' }, /GRPC_TLS_CLIENT_CA_FILE/],
    [{ GRPC_TLS_CLIENT_NAMES: 'payments' }, /GRPC_TLS_CLIENT_CA_FILE/],
    [{ LIMITS_TRUSTED_PROXIES: '10.0.0.0/64' }, /^limits\.trustedProxies .*is no network/],
    [{ UPSTREAM_TLS: 'on', UPSTREAM_TLS_CERT_FILE: 'cert.pem' }, /both or none/],
    [{ UPSTREAM_TLS_CA_FILE: 'ca.pem' }, /UPSTREAM_TLS.*off/],
  ])('refuses what cannot work together: %j', (env: Record<string, string>, line) => {
    expect(() => configFrom('', env)).toThrow(line);
  });

  it('decides what is left open', () => {
    const alone = configFrom('', {});
    expect([alone.http.host, alone.auth.mode, alone.auth.devKey, alone.checkpoint.store]).toEqual([
      '127.0.0.1',
      'dev',
      WELL_KNOWN_DEV_KEY,
      'postgres',
    ]);
    const served = configFrom('', {
      POSTGRES_DSN: DSN,
      REDIS_ADDR: 'redis:6379',
      JWT_JWKS_URL: 'https://id.example/keys',
    });
    expect([served.http.host, served.auth.mode, served.auth.devKey, served.checkpoint.store]).toEqual([
      '0.0.0.0',
      'jwks',
      null,
      'redis',
    ]);
  });

  it('shows itself in the log without a secret', () => {
    const env = { POSTGRES_DSN: DSN, REDIS_ADDR: 'redis://:hunter2@cache:6379', JWT_DEV_KEY: 'hunter2'.repeat(5) };
    const shown = redacted(configFrom('', env));
    expect(JSON.stringify(shown)).not.toContain('hunter2');
    expect(shown).toMatchObject({
      'postgres.dsn': 'postgres://db.example:5432',
      'redis.addr': 'redis://cache:6379',
      'auth.devKey': '[set]',
      'nats.url': null,
      'http.port': 8080,
    });
  });
});
