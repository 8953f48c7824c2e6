import { expect, it } from '@jest/globals';
import { describeWithTools } from '../tools.ts';
import { ENVIRONMENTS, manifest, objectNamed, objectsOf, podsOf, ROLES, type KubernetesObject } from './chart.ts';

interface Rule {
  readonly ports: readonly { readonly port: number | string }[];
  readonly from?: readonly object[];
  readonly to?: readonly object[];
}
interface Policy {
  readonly podSelector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly policyTypes: readonly string[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

const policiesOf = (objects: readonly KubernetesObject[]) =>
  objects.filter(({ kind }) => kind === 'NetworkPolicy').map(({ spec }) => spec as Policy);
const selects = ({ podSelector }: Policy, labels: Readonly<Record<string, string>>) =>
  Object.entries(podSelector.matchLabels).every(([name, value]) => labels[name] === value);
const portsOf = (rules: readonly Rule[] = []) => rules.flatMap(({ ports }) => ports.map(({ port }) => port));

describeWithTools(['helm'], 'the network policies of the Helm chart', () => {
  it.each(ENVIRONMENTS)('deny every pod of %s everything that no policy names', (environment) => {
    const objects = objectsOf(manifest(environment));
    const denials = policiesOf(objects).filter(({ ingress, egress }) => ingress === undefined && egress === undefined);
    for (const { labels } of podsOf(objects)) {
      const covering = denials.filter((policy) => selects(policy, labels));
      expect(covering.flatMap(({ policyTypes }) => policyTypes)).toEqual(['Ingress', 'Egress']);
    }
  });

  it('let each role reach the servers that it uses, and no others', () => {
    const objects = objectsOf(manifest('default'));
    const reached = (component: string) => {
      const pod = podsOf(objects).find((each) => each.component === component);
      return portsOf(
        policiesOf(objects)
          .filter((policy) => selects(policy, pod?.labels ?? {}))
          .flatMap(({ egress = [] }) => egress),
      );
    };
    const [dns, nats, redis, postgres, https, kafka, grpc, otlp] = [[53, 53], 4222, 6379, 5432, 443, 9092, 9090, 4318];
    expect(reached('gateway')).toEqual([...dns, nats, redis, https, otlp]);
    expect(reached('engine')).toEqual([...dns, nats, redis, postgres, otlp]);
    expect(reached('domain')).toEqual([...dns, nats, redis, postgres, https, grpc, grpc, otlp]);
    expect(reached('bridge')).toEqual([...dns, nats, postgres, kafka, https, grpc, grpc, otlp]);
    expect(reached('migrate')).toEqual([...dns, postgres]);
  });

  it('let only gateways be reached, but for metrics', () => {
    const objects = objectsOf(manifest('prod'));
    for (const component of ROLES) {
      const policy = objectNamed(objects, 'NetworkPolicy', `library-service-${component}`).spec as Policy;
      expect(portsOf(policy.ingress)).toEqual(component === 'gateway' ? ['metrics', 'http', 'grpc'] : ['metrics']);
      for (const { from = [] } of policy.ingress ?? []) expect(from.length).toBeGreaterThan(0);
    }
    for (const component of ['migrate', 'backup']) {
      const policy = objectNamed(objects, 'NetworkPolicy', `library-service-${component}`).spec as Policy;
      expect(policy.policyTypes).toContain('Ingress');
      expect(policy.ingress).toBeUndefined();
    }
  });

  it('let pods fetch their secrets where Vault has them', () => {
    const objects = objectsOf(manifest('prod'));
    const policy = objectNamed(objects, 'NetworkPolicy', 'library-service-engine').spec as Policy;
    const toVault = policy.egress?.find(({ ports }) => ports[0]?.port === 8200);
    expect(toVault?.to).toEqual([{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'vault' } } }]);
    expect(
      portsOf(
        (objectNamed(objectsOf(manifest('staging')), 'NetworkPolicy', 'library-service-engine').spec as Policy).egress,
      ),
    ).not.toContain(8200);
  });

  it.each(['staging', 'prod'] as const)('name the ports of the servers that the settings of %s name', (environment) => {
    const objects = objectsOf(manifest(environment));
    const { egress } = objectNamed(objects, 'NetworkPolicy', 'library-service-bridge').spec as Policy;
    const config = objectNamed(objects, 'ConfigMap', 'library-service').data?.['config.yaml'] ?? '';
    for (const [, port] of config.matchAll(/[a-z]:(\d{4,5})\b/g)) expect(portsOf(egress)).toContain(Number(port));
  });

  it('of the outside show the API and its documents, and neither health nor metrics', () => {
    const ingress = objectNamed(objectsOf(manifest('prod')), 'Ingress', 'library-service-gateway');
    const { rules } = ingress.spec as { rules: { http: { paths: { path: string; backend: unknown }[] } }[] };
    expect(rules[0]?.http.paths.map(({ path }) => path)).toEqual(['/api/', '/docs', '/console', '/pages/']);
  });
});
