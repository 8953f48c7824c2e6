import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { ENDPOINTS } from '../../../../lib/contract/endpoints.ts';
import { PROJECT_ROOT } from '../../../../lib/http/project-files.ts';
import { ALERTS, ALL_RULES, RULES, RULE_TESTS, unknownOf, yamlFiles } from '../../../alert-rules.ts';
import { selectedBy } from '../../../promql.ts';
import { describeWithTools } from '../../../tools.ts';

interface TestFile {
  readonly tests: readonly {
    readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly unknown[] }[];
  }[];
}

const run = promisify(execFile);
const filesIn = (folder: string): string[] => readdirSync(folder).map((name) => join(folder, name));

describe('the rules of Prometheus', () => {
  it.each(ALL_RULES.map(({ expr, alert, record }) => [alert ?? record ?? '', expr] as const))(
    'read with %s only what is shown, by labels that it has',
    (_name, expr) => expect(unknownOf(selectedBy(expr))).toEqual([]),
  );

  it('leave operations out of the latency that there are', () => {
    const transfers = readFileSync(join(PROJECT_ROOT, 'lib/save-folder/serve/save-files.ts'), 'utf8');
    const slo = readFileSync(join(RULES, 'slo.yaml'), 'utf8');
    const excepted = new Set([...slo.matchAll(/operation!~"([^"]+)"/g)].flatMap(([, names = '']) => names.split('|')));
    expect(excepted.size).toBeGreaterThan(0);
    for (const name of excepted) {
      expect([name, ENDPOINTS.some(({ id }) => id === name) || transfers.includes(`'${name}'`)]).toEqual([name, true]);
    }
  });

  it('page or open a ticket, with what happened and where to read on', () => {
    for (const { alert, labels, annotations } of ALL_RULES.filter((rule) => rule.alert !== undefined)) {
      expect([alert, labels?.['severity']]).toEqual([alert, expect.stringMatching(/^(page|ticket)$/)]);
      expect([alert, annotations]).toEqual([
        alert,
        {
          summary: expect.stringMatching(/^[A-Z].*[^.]$/),
          description: expect.stringMatching(/\.$/),
          runbook_url: `docs/runbook.md#${alert?.toLowerCase()}`,
        },
      ]);
    }
  });

  it.each(ALERTS)('are tested: %s both fires and is silent', (alert) => {
    const cases = yamlFiles<TestFile>(RULE_TESTS)
      .flatMap(({ tests }) => tests.flatMap((test) => test.alert_rule_test))
      .filter(({ alertname }) => alertname === alert);
    expect(cases.some(({ exp_alerts }) => exp_alerts.length > 0)).toBe(true);
    expect(cases.some(({ exp_alerts }) => exp_alerts.length === 0)).toBe(true);
  });
});

describeWithTools(['promtool'], 'the rules, by promtool', ({ promtool }) => {
  it('are what Prometheus takes', async () => {
    const { stdout } = await run(promtool, ['check', 'rules', '--lint=all', '--lint-fatal', ...filesIn(RULES)]);
    expect(stdout).not.toMatch(/FAILED/);
  });

  it.each(filesIn(RULE_TESTS).map((file) => [file.slice(PROJECT_ROOT.length), file]))(
    'do what %s expects',
    async (_name, file) => {
      const outcome = await run(promtool, ['test', 'rules', file]).catch((failed: { stdout: string }) => failed);
      expect(outcome.stdout).not.toMatch(/FAILED/);
    },
    300_000,
  );
});
