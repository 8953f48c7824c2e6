import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { configFrom } from '../../../lib/config/load.ts';
import { METRIC_CATALOGUE } from '../../../lib/telemetry/catalogue.ts';
import { exposedName, type Metric } from '../../../lib/telemetry/metric.ts';
import { startNode, type LibraryNode } from '../../../services/node.ts';
import { describeWithTools } from '../../tools.ts';

const OURS = /^(library|process|nodejs)[._]/;
const CATALOGUE = new Map<string, Metric>(METRIC_CATALOGUE.flatMap(({ metrics }) => Object.entries(metrics)));

let node: LibraryNode;
let folder: string;
let text: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'library-metrics-'));
  const config = configFrom('', {
    NODE_ID: 'metrics',
    LIBRARY_HTTP_PORT: '0',
    LIBRARY_GRPC_PORT: '0',
    HTTP_DRAIN_GRACE_MS: '0',
    DATA_DIR: path.join(folder, 'data'),
    DEMO_DATA: 'never',
    LOG_LEVEL: 'fatal',
  });
  node = await startNode(config);
  await fetch(`${node.url}/api/v1/library/`);
  await fetch(`${node.url}/nowhere`);
  text = await (await fetch(`${node.url}/metrics`)).text();
}, 180_000);

afterAll(async () => {
  await node.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('a running node', () => {
  it('has exactly the metrics of the catalogue, as they are declared there', () => {
    const has = [...node.broker.metrics.store.values()]
      .filter(({ name }) => OURS.test(name))
      .map(({ name, type, description, labelNames }) => [name, type, description, labelNames]);
    const declared = METRIC_CATALOGUE.flatMap(({ metrics }) =>
      Object.entries<Metric>(metrics).map(([name, { type, help, labels = [] }]) => [name, type, help, labels]),
    );
    const byName = (one: readonly unknown[], other: readonly unknown[]) =>
      String(one[0]).localeCompare(String(other[0]));
    expect(has.sort(byName)).toEqual(declared.sort(byName));
  });

  it('shows each of them by the name and type of the documentation', () => {
    const types = new Map([...CATALOGUE].map(([name, { type }]) => [exposedName(name), type]));
    const shown = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].filter(([, name = '']) => OURS.test(name));
    expect(shown.length).toBeGreaterThan(60);
    for (const [, name = '', type] of shown) expect([name, type]).toEqual([name, types.get(name)]);
  });

  it('shows every counter whose labels are known before anything was counted', () => {
    for (const { metrics } of METRIC_CATALOGUE) {
      for (const [name, metric] of Object.entries<Metric>(metrics)) {
        if (metric.type !== 'counter' || (metric.labels !== undefined && metric.begins === undefined)) continue;
        expect(text).toMatch(new RegExp(`^${exposedName(name)}\\{`, 'm'));
      }
    }
  });

  it('counts a refusal by its code and a request by its operation', () => {
    expect(text).toMatch(/^library_http_refusals_total\{node_id="metrics",code="UNAUTHENTICATED"\} 1$/m);
    expect(text).toMatch(
      /^library_http_request_duration_seconds_count\{node_id="metrics",operation="unmatched",status="4xx"\} 1$/m,
    );
  });

  it('names nothing of the machine: neither its command line nor addresses nor accounts', () => {
    expect(text).not.toMatch(/^(os_|process_arguments|process_pid)/m);
    expect(text).not.toContain(process.cwd());
  });
});

describeWithTools(['promtool'], 'what a running node shows, by promtool', ({ promtool }) => {
  it('is text that Prometheus takes, and is named by its rules', async () => {
    const ours = text.split('\n').filter((line) => OURS.test(line.replace(/^# \w+ /, '')));
    const complaints = await new Promise<string>((resolve) => {
      const checking = execFile(promtool, ['check', 'metrics'], (_error, stdout, stderr) => resolve(stdout + stderr));
      checking.stdin?.end(`${ours.join('\n')}\n`);
    });
    expect(complaints).toBe('');
  });
});
