import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { DEFAULT_CONFIG_FILE, loadConfig } from '../../lib/config/load.ts';
import { describeWithTools } from '../tools.ts';
import { CHART, manifest, objectsOf, podsOf } from './chart.ts';

const PROJECT = join(CHART, '../..');
const DOCUMENTS = ['docs/deployment.md', 'k8s/library-service/README.md'];
const TEXT = readFileSync(join(PROJECT, 'docs/deployment.md'), 'utf8');

interface Scaled {
  readonly autoscaling: Readonly<Record<'minReplicas' | 'maxReplicas', number>>;
  readonly replicas: number;
}

describe('the documents of deployment', () => {
  it.each(DOCUMENTS)('lead to files that are there: %s', (document) => {
    const text = readFileSync(join(PROJECT, document), 'utf8');
    const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) expect([link, existsSync(join(PROJECT, dirname(document), link))]).toEqual([link, true]);
  });

  it('name the sizes of values-prod.yaml', () => {
    const values = parse(readFileSync(join(CHART, 'values-prod.yaml'), 'utf8')) as Record<
      'gateway' | 'domain' | 'engine' | 'bridge',
      Scaled
    >;
    const { gateway, domain, engine, bridge } = values;
    expect(TEXT).toContain(`autoscaled from ${gateway.autoscaling.minReplicas}, to ${gateway.autoscaling.maxReplicas}`);
    expect(TEXT).toContain(`${domain.autoscaling.minReplicas} to ${domain.autoscaling.maxReplicas} pods`);
    expect(TEXT).toContain(`${engine.replicas} pods, 420,000 sessions`);
    const { poolSize } = loadConfig({ CONFIG_FILE: DEFAULT_CONFIG_FILE }).postgres;
    // services/connections.ts: two more in domain nodes, for the reads of revisions.
    const { maxReplicas } = domain.autoscaling;
    const sum = (engine.replicas + bridge.replicas) * poolSize + maxReplicas * (poolSize + 2);
    expect(TEXT).toContain(
      `${engine.replicas} × ${poolSize} + ${bridge.replicas} × ${poolSize} + ${maxReplicas} × ${poolSize + 2} = ${sum}`,
    );
  });
});

describeWithTools(['helm'], 'the document of deployment', () => {
  it('names the graces that the chart computes', () => {
    const graces = Object.fromEntries(
      podsOf(objectsOf(manifest('default'))).map(({ component, spec }) => [
        component,
        spec.terminationGracePeriodSeconds,
      ]),
    );
    expect(TEXT).toContain(`a gateway: ${graces['gateway']} s with the defaults`);
    expect(TEXT).toContain(`\`engine.drainSeconds\`, ${graces['engine']})`);
  });
});
