import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONFIG_KEYS } from '../../lib/config/keys.ts';
import { configFrom } from '../../lib/config/load.ts';
import type { Config } from '../../lib/config/config.ts';
import { describeWithTools } from '../tools.ts';
import { ENVIRONMENTS, manifest, objectNamed, objectsOf, podsOf, type Environment, type Pod } from './chart.ts';

/** Of the environment, not of the service: what Kubernetes, the loader of settings and the backup scripts read. */
const OTHERS = ['CONFIG_FILE', 'BACKUP_DIR', 'BACKUP_KEEP', 'BACKUP_OFFSITE_COMMAND'];
/** What each secret could be, in TLS and without. */
const SECRETS: Readonly<Record<string, readonly [plain: string, inTls: string]>> = {
  POSTGRES_DSN: ['postgres://library:x@postgres/library', 'postgres://library:x@postgres/library'],
  REDIS_ADDR: ['redis://:x@redis:6379', 'rediss://:x@redis:6380'],
  NATS_URL: ['nats://library:x@nats:4222', 'tls://library:x@nats:4222'],
  S3_ACCESS_KEY: ['access', 'access'],
  S3_SECRET_KEY: ['secret', 'secret'],
  KAFKA_SASL_PASSWORD: ['password', 'password'],
};

describeWithTools(['helm'], 'the settings in the Helm chart', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'library-secrets-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What the service makes of what a pod is given, with secrets of an environment that is in TLS or is not. */
  function configOf(pod: Pod, file: string, environment: Environment): Config {
    const inTls = environment === 'staging' || environment === 'prod';
    const variables = pod.spec.containers[0].env.map(({ name, value }): [string, string] => {
      if (value?.startsWith('/etc/library/secrets/') !== true) return [name, value ?? 'library-service-engine-0'];
      const secret = value.slice('/etc/library/secrets/'.length);
      expect(name).toBe(`${secret}_FILE`);
      const path = join(folder, secret);
      writeFileSync(path, SECRETS[secret]?.[inTls ? 1 : 0] ?? `there is no ${secret}`);
      return [name, path];
    });
    // As the Dockerfile sets it.
    return configFrom(file, { ...Object.fromEntries(variables), NODE_ENV: 'production' });
  }

  it.each(ENVIRONMENTS)('are all settings of the service, and start every pod of %s', (environment) => {
    const objects = objectsOf(manifest(environment));
    const known = CONFIG_KEYS.flatMap(({ env, secret }) => (secret ? [env, `${env}_FILE`] : [env]));
    for (const pod of podsOf(objects)) {
      for (const { name } of pod.spec.containers[0].env) expect([...known, ...OTHERS]).toContain(name);
      const map = pod.spec.volumes.find(({ name }) => name === 'config')?.configMap?.name ?? '';
      const file = objectNamed(objects, 'ConfigMap', map).data?.['config.yaml'] ?? '';
      const config = configOf(pod, file, environment);
      expect(config.auth.mode).toBe('jwks');
      if (pod.component !== 'backup' && pod.component !== 'migrate') expect(config.node.roles).toEqual([pod.component]);
    }
  });

  it.each(['staging', 'prod'] as const)('let no connection of %s be in plain text', (environment) => {
    const objects = objectsOf(manifest(environment));
    for (const pod of podsOf(objects)) {
      const map = pod.spec.volumes.find(({ name }) => name === 'config')?.configMap?.name ?? '';
      const config = configOf(pod, objectNamed(objects, 'ConfigMap', map).data?.['config.yaml'] ?? '', environment);
      // The service itself refuses to start with this on and anything plain: configOf would have thrown.
      expect(config.tls.required).toBe('on');
      expect(config.postgres.tlsCaFile).toBe('/etc/library/tls/authority/ca.crt');
    }
  });

  it('give each role no secret that it does not use', () => {
    const secrets = Object.fromEntries(
      podsOf(objectsOf(manifest('prod')))
        .filter(({ component }) => component !== 'backup')
        .map(({ component, spec }) => [
          component,
          spec.containers[0].env
            .map(({ name }) => name)
            .filter((name) => name.endsWith('_FILE') && !/TLS|CA|CONFIG/.test(name)),
        ]),
    );
    expect(secrets['gateway']).not.toContain('POSTGRES_DSN_FILE');
    expect(secrets['engine']).not.toContain('S3_SECRET_KEY_FILE');
    expect(secrets['migrate']).toEqual(['POSTGRES_DSN_FILE']);
    for (const names of Object.values(secrets)) expect(names).not.toContain('JWT_DEV_KEY_FILE');
  });

  it('come from a Secret as files of the settings names, or from Vault as the same files', () => {
    const engineOf = (environment: Environment) =>
      podsOf(objectsOf(manifest(environment))).find(({ component }) => component === 'engine');
    const kubernetes = engineOf('staging');
    expect(kubernetes?.spec.volumes.find(({ name }) => name === 'secrets')?.secret?.items).toEqual([
      { key: 'NATS_URL', path: 'NATS_URL' },
      { key: 'POSTGRES_DSN', path: 'POSTGRES_DSN' },
      { key: 'REDIS_ADDR', path: 'REDIS_ADDR' },
    ]);
    const vault = engineOf('prod');
    expect(vault?.spec.volumes.some(({ name }) => name === 'secrets')).toBe(false);
    expect(vault?.annotations).toMatchObject({
      'vault.hashicorp.com/secret-volume-path': '/etc/library/secrets',
      'vault.hashicorp.com/agent-inject-template-POSTGRES_DSN':
        '{{ with secret "secret/data/prod/library-service" }}{{ .Data.data.POSTGRES_DSN }}{{ end }}',
    });
    expect(vault?.spec.containers[0].env).toEqual(
      expect.arrayContaining([{ name: 'POSTGRES_DSN_FILE', value: '/etc/library/secrets/POSTGRES_DSN' }]),
    );
  });

  it('give backups an account of PostgreSQL of their own', () => {
    const pods = podsOf(objectsOf(manifest('staging'))).filter(({ component }) => component === 'backup');
    const keys = pods.flatMap(({ spec }) => spec.volumes.flatMap(({ secret }) => secret?.items ?? []));
    expect(keys).toContainEqual({ key: 'BACKUP_POSTGRES_DSN', path: 'POSTGRES_DSN' });
    expect(keys.some(({ key }) => key === 'POSTGRES_DSN')).toBe(false);
  });

  it.each(ENVIRONMENTS)('name the secrets in no ConfigMap of %s', (environment) => {
    const maps = objectsOf(manifest(environment)).filter(({ kind }) => kind === 'ConfigMap');
    for (const { data = {} } of maps) {
      expect(data['config.yaml'] ?? '').not.toMatch(/password|secretKey|accessKey|dsn:|devKey/i);
    }
  });
});
