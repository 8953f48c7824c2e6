import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { CONFIG_KEYS } from '../../lib/config/keys.ts';
import { DEFAULT_CONFIG_FILE, loadConfig } from '../../lib/config/load.ts';
import { temporaryFolders } from '../temporary-folder.ts';
import { describeWithTools } from '../tools.ts';

const PROJECT = join(import.meta.dirname, '../..');
const FILE = join(PROJECT, 'docker-compose.yaml');

interface Service {
  readonly image: string;
  readonly build?: { readonly target: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>> | readonly string[];
  readonly read_only?: boolean;
  readonly stop_grace_period?: string;
}
const { services, volumes } = parse(readFileSync(FILE, 'utf8'), { merge: true }) as {
  services: Readonly<Record<string, Service>>;
  volumes: Readonly<Record<string, unknown>>;
};
const nodes = Object.entries(services).filter(([, { build }]) => build !== undefined);

describeWithTools(['check-jsonschema', 'promtool'], 'docker-compose.yaml', (tools) => {
  const temporaryFolder = temporaryFolders();

  it('is what the Compose specification allows', () => {
    const args = ['--builtin-schema', 'vendor.compose-spec', FILE];
    expect(execFileSync(tools['check-jsonschema'], args, { encoding: 'utf8' })).toContain('ok');
  });

  it('brings a Prometheus whose configuration promtool takes, rules and all', () => {
    const text = readFileSync(join(PROJECT, 'ops/prometheus/development.yaml'), 'utf8');
    const file = join(temporaryFolder(), 'prometheus.yaml');
    writeFileSync(file, text.replace('/etc/prometheus', join(PROJECT, 'ops/prometheus')));
    const answer = execFileSync(tools.promtool, ['check', 'config', file], { encoding: 'utf8' });
    expect(answer).toContain('SUCCESS');
  });
});

describe('the development environment', () => {
  it('has a gateway, two engines, a domain node, the bridge and the migration before them', () => {
    const roles = nodes.map(([name, { environment }]) => [name, environment?.['NODE_ROLES']]);
    expect(roles).toEqual([
      ['gateway', 'gateway'],
      ['engine-1', 'engine'],
      ['engine-2', 'engine'],
      ['domain', 'domain'],
      ['bridge', 'bridge'],
      ['migrate', undefined],
    ]);
    for (const [name, { depends_on: after }] of nodes.filter(([name]) => name !== 'migrate')) {
      expect([name, after]).toEqual([
        name,
        expect.objectContaining({ migrate: { condition: 'service_completed_successfully' } }),
      ]);
    }
  });

  it('gives every node settings that the service knows and starts with, and real servers for everything', () => {
    const known = ['NODE_ENV', ...CONFIG_KEYS.map(({ env }) => env)];
    for (const [name, { environment = {} }] of nodes) {
      for (const variable of Object.keys(environment)) expect(known).toContain(variable);
      const config = loadConfig({ ...environment, CONFIG_FILE: DEFAULT_CONFIG_FILE });
      const addresses = [
        config.postgres.dsn,
        config.redis.addr,
        config.nats.url,
        config.kafka.brokers,
        config.s3.endpoint,
      ];
      expect([name, addresses]).not.toContain(null);
      expect(config.checkpoint.store).toBe('redis');
      for (const address of [...addresses, config.tracing.otlpEndpoint]) {
        const host = /(?:@|\/\/|^)([a-z0-9]+):\d+/.exec(String(address))?.[1];
        expect(Object.keys(services)).toContain(host);
      }
    }
  });

  it('runs them as Kubernetes does: a file system that cannot be written, and time to drain', () => {
    for (const [, service] of nodes) {
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], build: { target: 'service' } });
      expect(parseInt(service.stop_grace_period ?? '0')).toBeGreaterThanOrEqual(60);
    }
  });

  it('listens on this machine only, names every image by its version, and mounts what is there', () => {
    for (const [name, { image, ports = [], volumes: mounts = [], build }] of Object.entries(services)) {
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
      if (build === undefined) expect([name, image]).toEqual([name, expect.stringMatching(/:v?\d+\.\d+(\.\d+)?/)]);
      for (const mount of mounts) {
        const [source = ''] = mount.split(':');
        if (source.startsWith('./')) expect([source, existsSync(join(PROJECT, source))]).toEqual([source, true]);
        else expect(Object.keys(volumes)).toContain(source);
      }
    }
  });

  it('runs the versions of servers that tests run on, where they say one', () => {
    const versitygw = readFileSync(join(PROJECT, 'scripts/servers/versitygw.version'), 'utf8').trim();
    expect(services['s3']?.image).toBe(`versity/versitygw:${versitygw}`);
    expect(services['postgres']?.image).toMatch(/^postgres:15\./);
    expect(services['redis']?.image).toMatch(/^redis:7\./);
  });

  it('has every node scraped', () => {
    const prometheus = parse(readFileSync(join(PROJECT, 'ops/prometheus/development.yaml'), 'utf8')) as {
      scrape_configs: { static_configs: { targets: string[]; labels: { role: string } }[] }[];
    };
    const scraped = prometheus.scrape_configs.flatMap(({ static_configs: each }) =>
      each.flatMap(({ targets, labels }) => targets.map((target) => [target, labels.role])),
    );
    const running = nodes.filter(([name]) => name !== 'migrate');
    expect(scraped).toEqual(running.map(([name, { environment }]) => [`${name}:9100`, environment?.['NODE_ROLES']]));
  });
});
