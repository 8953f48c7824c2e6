import { expect, it } from '@jest/globals';
import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_CONFIG_FILE, loadConfig } from '../../lib/config/load.ts';
import { describeWithTools } from '../tools.ts';
import { ENVIRONMENTS, manifest, objectNamed, objectsOf, podsOf, ROLES, type Environment, type Pod } from './chart.ts';

const PROJECT = join(import.meta.dirname, '../..');
const rendered = new Map<Environment, ReturnType<typeof objectsOf>>();
function objects(environment: Environment): ReturnType<typeof objectsOf> {
  const known = rendered.get(environment) ?? objectsOf(manifest(environment));
  rendered.set(environment, known);
  return known;
}

function nodes(environment: Environment): readonly Pod[] {
  return podsOf(objects(environment)).filter(({ component }) => (ROLES as readonly string[]).includes(component));
}

describeWithTools(['helm'], 'the pods of the Helm chart', () => {
  it.each(ENVIRONMENTS)('keep to the Pod Security Standard "restricted" in %s', (environment) => {
    for (const { spec } of podsOf(objects(environment))) {
      expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      expect([spec.hostNetwork, spec.hostPID, spec.hostIPC]).toEqual([undefined, undefined, undefined]);
      for (const container of spec.containers) {
        expect(container.securityContext).toMatchObject({
          allowPrivilegeEscalation: false,
          runAsNonRoot: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(container.securityContext['privileged']).toBeUndefined();
      }
      // configMap, secret, emptyDir and claims are all that the standard allows of what we use.
      for (const volume of spec.volumes) {
        const [source] = Object.keys(volume).filter((member) => member !== 'name');
        expect(['secret', 'configMap', 'emptyDir', 'persistentVolumeClaim']).toContain(source);
      }
    }
  });

  it.each(ENVIRONMENTS)('cannot write to their file system but to /tmp, and to the backups in %s', (environment) => {
    for (const { spec, component } of podsOf(objects(environment))) {
      const [container] = spec.containers;
      expect(container.securityContext['readOnlyRootFilesystem']).toBe(true);
      const writable = container.volumeMounts.filter(({ readOnly }) => readOnly !== true);
      expect(writable.map(({ mountPath }) => mountPath)).toEqual(
        component === 'backup' ? ['/tmp', '/backup'] : ['/tmp'],
      );
      expect(container.volumeMounts.map(({ name }) => name).toSorted()).toEqual(
        spec.volumes.map(({ name }) => name).toSorted(),
      );
    }
  });

  it.each(ENVIRONMENTS)('get a token of Kubernetes only where Vault asks for one in %s', (environment) => {
    for (const { spec, annotations } of podsOf(objects(environment))) {
      expect(spec.automountServiceAccountToken).toBe(annotations['vault.hashicorp.com/agent-inject'] === 'true');
    }
  });

  it('are asked for their health on the port of metrics, in TLS where that is', () => {
    for (const environment of ENVIRONMENTS) {
      for (const { spec } of nodes(environment)) {
        const [container] = spec.containers;
        const port = container.ports?.find(({ name }) => name === 'metrics')?.containerPort;
        expect(container.env.find(({ name }) => name === 'METRICS_PORT')?.value).toBe(String(port));
        const inTls = container.env.some(({ name }) => name === 'METRICS_TLS_CERT_FILE');
        const scheme = inTls ? { scheme: 'HTTPS' } : {};
        expect(container.startupProbe?.httpGet).toEqual({ path: '/health/live', port: 'metrics', ...scheme });
        expect(container.livenessProbe?.httpGet).toEqual({ path: '/health/live', port: 'metrics', ...scheme });
        expect(container.readinessProbe?.httpGet).toEqual({ path: '/health/ready', port: 'metrics', ...scheme });
      }
    }
  });

  it('have the ports that their settings say', () => {
    const { http, grpc } = loadConfig({ CONFIG_FILE: DEFAULT_CONFIG_FILE });
    const gateway = nodes('default').find(({ component }) => component === 'gateway');
    const ports = Object.fromEntries(
      (gateway?.spec.containers[0].ports ?? []).map(({ name, containerPort }) => [name, containerPort]),
    );
    expect(ports).toEqual({ http: http.port, grpc: grpc.port, metrics: 9100 });
    for (const pod of nodes('default').filter(({ component }) => component !== 'gateway')) {
      expect(pod.spec.containers[0].ports?.map(({ name }) => name)).toEqual(['metrics']);
    }
    const moved = podsOf(
      objectsOf(manifest('default', ['--set', 'config.http.port=8000', '--set', 'config.grpc.port=9000'])),
    ).find(({ component }) => component === 'gateway');
    expect(moved?.spec.containers[0].ports?.map(({ containerPort }) => containerPort)).toEqual([8000, 9000, 9100]);
  });

  it('are told to stop long before they are killed: a gateway may use all the time that its drain can take', () => {
    const { http, grpc } = loadConfig({ CONFIG_FILE: DEFAULT_CONFIG_FILE });
    const gateway = nodes('default').find(({ component }) => component === 'gateway');
    const preStop = gateway?.spec.containers[0].lifecycle?.preStop.sleep.seconds ?? 0;
    expect(preStop).toBeGreaterThan(0);
    // services/api.service.ts closes its sockets, then its requests; services/grpc.service.ts beside it.
    const rest = 2 * (http.requestDeadlineMs + 1_000);
    const calls = grpc.maxDeadlineMs + 1_000;
    const drainMs = http.drainGraceMs + Math.max(rest, calls);
    expect(gateway?.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(preStop + drainMs / 1_000 + 10);
    const slower = podsOf(objectsOf(manifest('default', ['--set', 'config.grpc.maxDeadlineMs=60000']))).find(
      ({ component }) => component === 'gateway',
    );
    expect(slower?.spec.terminationGracePeriodSeconds).toBe((gateway?.spec.terminationGracePeriodSeconds ?? 0) + 30);
  });

  it('are seen to leave before they refuse connections: two periods of the readiness probe fit into the grace', () => {
    const { http } = loadConfig({ CONFIG_FILE: DEFAULT_CONFIG_FILE });
    for (const { spec } of nodes('prod')) {
      const probe = spec.containers[0].readinessProbe;
      expect((probe?.periodSeconds ?? 0) * (probe?.failureThreshold ?? 0) * 1_000).toBeLessThan(http.drainGraceMs);
    }
  });

  it('of engines have stable names, all start at once, and lose at most one at a time', () => {
    const engine = objectNamed(objects('prod'), 'StatefulSet', 'library-service-engine');
    expect(engine.spec).toMatchObject({
      serviceName: 'library-service-engine',
      podManagementPolicy: 'Parallel',
      updateStrategy: { type: 'RollingUpdate' },
    });
    const id = nodes('prod').find(({ component }) => component === 'engine')?.spec.containers[0].env[0];
    expect(id).toEqual({ name: 'NODE_ID', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } });
    const service = objectNamed(objects('prod'), 'Service', 'library-service-engine');
    expect(service.spec).toMatchObject({ clusterIP: 'None' });
    const budget = objectNamed(objects('prod'), 'PodDisruptionBudget', 'library-service-engine');
    expect(budget.spec).toMatchObject({ maxUnavailable: 1 });
  });

  it('migrate the schema before an installation or upgrade, with what they need made before them', () => {
    const hooks = objects('prod').filter(({ metadata }) => metadata.annotations?.['helm.sh/hook'] !== undefined);
    expect(hooks.map(({ kind }) => kind).toSorted()).toEqual(['ConfigMap', 'Job', 'ServiceAccount']);
    for (const { kind, metadata } of hooks) {
      expect(metadata.annotations).toMatchObject({
        'helm.sh/hook': 'pre-install,pre-upgrade',
        'helm.sh/hook-weight': kind === 'Job' ? '0' : '-10',
      });
    }
    const job = podsOf(hooks)[0];
    expect(job?.spec.containers[0].command).toEqual(['node', 'scripts/migrate.ts']);
    expect(job?.spec.volumes[0]).toMatchObject({ configMap: { name: 'library-service-migrate' } });
  });

  it('run programs of the project that are there, and back up what docs/backup.md says', () => {
    const commands = podsOf(objects('prod')).flatMap(({ spec }) => spec.containers.map(({ command }) => command ?? []));
    for (const [program = '', file = ''] of commands.filter(({ length }) => length > 0)) {
      if (program === 'node') expect(existsSync(join(PROJECT, file))).toBe(true);
      else accessSync(join(PROJECT, program), constants.X_OK);
    }
    const backups = commands
      .filter(([program]) => program?.startsWith('scripts/backup/'))
      .map((each) => each.join(' '));
    expect(backups.toSorted()).toEqual(
      ['postgres base', 'postgres dump', 'postgres receive', 'redis rdb', 'saves check'].map(
        (script) => `scripts/backup/${script}`,
      ),
    );
  });

  it('are replaced when the configuration changes', () => {
    const checksum = (more: readonly string[]) =>
      podsOf(objectsOf(manifest('default', more)))
        .filter(({ component }) => component === 'engine')
        .map(({ annotations }) => annotations['checksum/config']);
    expect(checksum([])).toEqual(checksum([]));
    expect(checksum(['--set', 'config.log.level=warn'])).not.toEqual(checksum([]));
  });
});
