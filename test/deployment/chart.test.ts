import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { CONFIG_KEYS } from '../../lib/config/keys.ts';
import { describeWithTools } from '../tools.ts';
import { CHART, ENVIRONMENTS, helm, manifest, objectsOf, podsOf } from './chart.ts';
import { KUBERNETES_VERSIONS, kubernetesSchemas, type KubernetesSchemas } from './kubernetes-schemas.ts';

/** kubeconform reads 1.8 MB of definitions for each kind. */
const SCHEMAS_MS = 120_000;
/** Kinds of the Prometheus operator, of which no schema is at hand; promtool checks the rules themselves. */
const OPERATOR_KINDS = ['PodMonitor', 'PrometheusRule'];
/** Advice of kube-score that we do not take, and why. */
const NOT_TAKEN = [
  // Tags are never moved, and a digest can be set: what is there need not be fetched again.
  ...['--ignore-test', 'container-image-pull-policy'],
  // Topology spread constraints do the same without forbidding a second pod on a machine when machines are few.
  ...['--ignore-test', 'deployment-has-host-podantiaffinity'],
  ...['--ignore-test', 'statefulset-has-host-podantiaffinity'],
  // A limit of CPU throttles the event loop while the machine is idle; requests share it fairly when it is not.
  '--ignore-container-cpu-limit',
];

describeWithTools(['helm', 'kubeconform', 'kubernetes-validate', 'kube-score'], 'the Helm chart', (tools) => {
  let schemas: KubernetesSchemas;

  beforeAll(() => {
    schemas = kubernetesSchemas();
  });
  afterAll(() => schemas.remove());

  it.each(ENVIRONMENTS)('is found faultless by helm lint --strict with the values of %s', (environment) => {
    expect(helm(['lint', '--strict'], environment)).toContain('1 chart(s) linted, 0 chart(s) failed');
  });

  it.each(KUBERNETES_VERSIONS)(
    'renders for every environment what Kubernetes %s allows, strictly',
    (version) => {
      // Together: reading the schemas takes longer than all else.
      const result = spawnSync(
        tools.kubeconform,
        [
          ...['-strict', '-summary', '-output', 'json', '-kubernetes-version', version],
          ...['-skip', OPERATOR_KINDS.join(','), '-schema-location', schemas.location],
        ],
        { input: ENVIRONMENTS.map((environment) => manifest(environment)).join('\n---\n'), encoding: 'utf8' },
      );
      const { resources, summary } = JSON.parse(result.stdout) as {
        resources: unknown[] | null;
        summary: Record<'valid' | 'invalid' | 'errors' | 'skipped', number>;
      };
      expect(resources ?? []).toEqual([]);
      expect(summary).toMatchObject({ invalid: 0, errors: 0 });
      expect(summary.valid).toBeGreaterThan(100);
    },
    SCHEMAS_MS,
  );

  it(
    'is refused by those schemas when a member of a pod is misspelt',
    () => {
      const engine = objectsOf(manifest('dev')).filter(({ kind }) => kind === 'StatefulSet');
      const wrong = JSON.stringify(engine[0]).replace('"terminationGracePeriodSeconds":', '"terminationGraceSeconds":');
      const args = ['-strict', '-kubernetes-version', KUBERNETES_VERSIONS[0], '-schema-location', schemas.location];
      const result = spawnSync(tools.kubeconform, args, { input: wrong, encoding: 'utf8' });
      expect(result.status).toBe(1);
      expect(result.stdout).toContain('terminationGraceSeconds');
    },
    SCHEMAS_MS,
  );

  it.each(ENVIRONMENTS)('follows the advice of kube-score with the values of %s', (environment) => {
    const result = spawnSync(tools['kube-score'], ['score', '--output-format', 'json', ...NOT_TAKEN, '-'], {
      input: manifest(environment),
      encoding: 'utf8',
    });
    const scored = JSON.parse(result.stdout) as {
      object_name: string;
      checks: { check: { id: string }; skipped: boolean; grade: number; comments: { summary: string }[] | null }[];
    }[];
    const wanting = scored.flatMap(({ object_name: name, checks }) =>
      checks
        .filter(({ skipped, grade }) => !skipped && grade < 10)
        // An environment of one pod each is not made to survive the loss of one.
        .filter(({ check }) => !(environment === 'dev' && check.id.includes('replicas')))
        .map(({ check, comments }) => `${name}: ${check.id}: ${comments?.map(({ summary }) => summary).join('; ')}`),
    );
    expect(wanting).toEqual([]);
  });

  it('refuses values that are misspelt, secrets among settings, and an environment without its servers', () => {
    const refused = (more: readonly string[]): string => {
      try {
        manifest('default', more);
      } catch (error) {
        return (error as { stderr: string }).stderr;
      }
      return 'rendered';
    };
    expect(refused(['--set', 'engine.replicaz=3'])).toContain("'replicaz' not allowed");
    expect(refused(['--set', 'image.tag=latest'])).toContain('/image/tag');
    expect(refused(['--set', 'secrets.settings.gateway[0]=POSTGRES_PASSWORD'])).toContain(
      '/secrets/settings/gateway/0',
    );
    expect(refused(['--set', 'config.s3=null'])).toContain("'s3'");
    for (const { path } of CONFIG_KEYS.filter(({ secret }) => secret)) {
      expect(refused(['--set-string', `config.${path}=anything`])).toContain(`/config/${path.replace('.', '/')}`);
    }
  });

  it('lets exactly the secret settings of the service come by secrets', () => {
    const schema = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8')) as {
      definitions: { settings: { items: { enum: string[] } } };
    };
    const secrets = CONFIG_KEYS.filter(({ secret }) => secret).map(({ env }) => env);
    expect(schema.definitions.settings.items.enum.toSorted()).toEqual(secrets.toSorted());
  });

  it('names the version of the product as its own', () => {
    const project = JSON.parse(readFileSync(join(CHART, '../../package.json'), 'utf8')) as { version: string };
    const chart = parse(readFileSync(join(CHART, 'Chart.yaml'), 'utf8')) as Record<'version' | 'appVersion', string>;
    expect(chart).toMatchObject({ version: project.version, appVersion: project.version });
  });

  it('carries the rules and dashboards of ops/ to the operator of Prometheus, word for word', () => {
    const objects = objectsOf(manifest('prod'));
    const rules = objects.filter(({ kind }) => kind === 'PrometheusRule');
    const files = execFileSync('ls', [join(CHART, 'files/rules')], { encoding: 'utf8' })
      .trim()
      .split('\n');
    expect(rules.map(({ metadata }) => `${metadata.name.replace('library-service-', '')}.yaml`).toSorted()).toEqual(
      files,
    );
    for (const rule of rules) {
      const file = `${rule.metadata.name.replace('library-service-', '')}.yaml`;
      expect(rule.spec).toEqual(parse(readFileSync(join(CHART, 'files/rules', file), 'utf8')));
    }
    const dashboards = objects.filter(({ metadata }) => metadata.labels?.['grafana_dashboard'] === '1');
    for (const { data = {} } of dashboards) {
      for (const [name, text] of Object.entries(data)) {
        expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync(join(CHART, 'files/dashboards', name), 'utf8')));
      }
    }
  });

  it('makes a pod of each role, of the migrations before them, and of the backups where they are wanted', () => {
    const components = (environment: 'dev' | 'prod') =>
      podsOf(objectsOf(manifest(environment))).map(({ owner, component }) => `${owner.kind} ${component}`);
    const always = [
      'Deployment bridge',
      'Deployment domain',
      'Deployment gateway',
      'Job migrate',
      'StatefulSet engine',
    ];
    expect(components('dev').toSorted()).toEqual(always);
    expect(components('prod').toSorted()).toEqual(
      [...always, ...Array<string>(4).fill('CronJob backup'), 'Deployment backup'].toSorted(),
    );
  });
});
