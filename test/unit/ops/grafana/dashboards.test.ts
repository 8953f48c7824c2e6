import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ALL_METRICS } from '../../../../lib/telemetry/catalogue.ts';
import { exposedName } from '../../../../lib/telemetry/metric.ts';
import { PROJECT_ROOT } from '../../../../lib/http/project-files.ts';
import { DASHBOARDS } from '../../../../ops/grafana/dashboards.ts';
import { ALL_RULES, unknownOf } from '../../../alert-rules.ts';
import { selectedBy } from '../../../promql.ts';

interface ShownPanel {
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}

const panelsOf = (name: string): readonly ShownPanel[] =>
  (DASHBOARDS[name]?.panels ?? []) as unknown as readonly ShownPanel[];
const expressionsOf = (panel: ShownPanel): string[] =>
  (panel.targets ?? []).map(({ expr }) => expr.replaceAll('$__rate_interval', '5m'));

describe.each(Object.keys(DASHBOARDS))('the dashboard %s', (name) => {
  it.each(panelsOf(name).flatMap((panel) => expressionsOf(panel).map((expr) => [panel.title, expr] as const)))(
    'reads in "%s" only what is shown: %s',
    (_title, expr) => expect(unknownOf(selectedBy(expr))).toEqual([]),
  );

  it('says of every panel what to see in it', () => {
    for (const panel of panelsOf(name).filter(({ targets }) => targets !== undefined)) {
      expect([panel.title, panel.description]).toEqual([panel.title, expect.stringMatching(/\S/)]);
    }
  });

  it('lays no panel over another', () => {
    const taken = new Set<string>();
    for (const { title, gridPos } of panelsOf(name)) {
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect([title, taken.has(`${x} ${y}`)]).toEqual([title, false]);
          taken.add(`${x} ${y}`);
        }
      }
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    }
  });

  it('is in its file as the code says', () => {
    const written: unknown = JSON.parse(readFileSync(join(PROJECT_ROOT, `ops/grafana/${name}.json`), 'utf8'));
    expect(written).toEqual(JSON.parse(JSON.stringify(DASHBOARDS[name])));
  });
});

it('every metric is on a dashboard or in a rule: what nobody looks at need not be counted', () => {
  const shown = Object.keys(DASHBOARDS).flatMap((name) => panelsOf(name).flatMap(expressionsOf));
  const read = new Set(
    [...shown, ...ALL_RULES.map(({ expr }) => expr)].flatMap(selectedBy).map(({ metric }) => metric),
  );
  const unread = Object.entries(ALL_METRICS).filter(([name, { type }]) => {
    const exposed = exposedName(name);
    return type === 'histogram' ? !read.has(`${exposed}_bucket`) && !read.has(`${exposed}_count`) : !read.has(exposed);
  });
  expect(unread.map(([name]) => exposedName(name))).toEqual([]);
});
