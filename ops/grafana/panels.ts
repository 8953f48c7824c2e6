/** The few kinds of panels that the dashboards are made of, so that all look and read alike. */
import {
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  StackingMode,
} from '@grafana/grafana-foundation-sdk/common';
import { StackingConfigBuilder, VizLegendOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
  type Dashboard,
  type Panel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

/** Grafana's names of units. */
export type Unit =
  'short' | 'reqps' | 'ops' | 'percentunit' | 's' | 'bytes' | 'Bps' | 'none' | 'cps' | 'rps' | 'wps' | 'binBps';

export interface Curve {
  /** PromQL; `$__rate_interval` for the window of a rate, `$node` for the nodes that were chosen. */
  readonly expr: string;
  /** Its name, with labels in double braces. */
  readonly legend: string;
}

export interface GraphOptions {
  readonly unit: Unit;
  /** What to see in it, and when it is wrong. */
  readonly about: string;
  readonly stacked?: boolean;
  /** Above it, the line is red. */
  readonly limit?: number;
}

export interface Section {
  readonly title: string;
  readonly panels: readonly Builder<Panel>[];
}

const SOURCE = { type: 'prometheus', uid: '$datasource' };
const GRAPH = { width: 8, height: 8 };
/** Figures of a section stand above its graphs, in one line; fewer of them stand among the graphs. */
const FIGURES = { atLeast: 3, height: 4 };
const GRID_WIDTH = 24;

/** Curves over time. */
export function graph(title: string, options: GraphOptions, ...curves: readonly Curve[]): Builder<Panel> {
  const { unit, about, stacked = false, limit } = options;
  const panel = new TimeseriesBuilder()
    .title(title)
    .description(about)
    .datasource(SOURCE)
    .unit(unit)
    .min(0)
    .span(GRAPH.width)
    .height(GRAPH.height)
    .lineWidth(1)
    .fillOpacity(stacked ? 40 : 5)
    .drawStyle(GraphDrawStyle.Line)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs([]),
    );
  if (stacked) panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal));
  if (limit !== undefined) panel.thresholds(redAbove(limit));
  curves.forEach(({ expr, legend }, at) => {
    panel.withTarget(query(expr, at).legendFormat(legend).range());
  });
  return panel;
}

/** One number, now. */
export function figure(title: string, options: Omit<GraphOptions, 'stacked'>, expr: string): Builder<Panel> {
  const { unit, about, limit } = options;
  const panel = new StatBuilder()
    .title(title)
    .description(about)
    .datasource(SOURCE)
    .unit(unit)
    .span(GRAPH.width)
    .height(GRAPH.height)
    .withTarget(query(expr, 0).instant());
  if (limit !== undefined) panel.thresholds(redAbove(limit));
  return panel;
}

/** A whole dashboard, with links to the others and a choice of nodes. */
export function dashboard(uid: string, title: string, about: string, sections: readonly Section[]): Dashboard {
  const board = new DashboardBuilder(`Library / ${title}`)
    .uid(uid)
    .description(about)
    .tags(['library'])
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: 'now-6h', to: 'now' })
    .refresh('30s')
    .readonly()
    .link(
      new DashboardLinkBuilder('Library')
        .type(DashboardLinkType.Dashboards)
        .tags(['library'])
        .keepTime(true)
        .asDropdown(true),
    )
    .withVariable(new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'))
    .withVariable(
      new QueryVariableBuilder('node')
        .label('Node')
        .datasource(SOURCE)
        .query('label_values(library_node_info, node_id)')
        .refresh(VariableRefresh.OnTimeRangeChanged)
        .multi(true)
        .includeAll(true)
        .allValue('.+'),
    );
  for (const section of sections) {
    board.withRow(new RowBuilder(section.title));
    for (const panel of arranged(section.panels)) board.withPanel(panel);
  }
  return board.build();
}

/** A line is full before the next begins: Grafana's grid has 24 columns, and the SDK fills them from left to right. */
function arranged(panels: readonly Builder<Panel>[]): readonly Builder<Panel>[] {
  const figures = panels.filter((panel) => panel instanceof StatBuilder);
  if (figures.length < FIGURES.atLeast) return panels;
  for (const each of figures) each.span(GRID_WIDTH / figures.length).height(FIGURES.height);
  return [...figures, ...panels.filter((panel) => !(panel instanceof StatBuilder))];
}

function query(expr: string, at: number): DataqueryBuilder {
  return new DataqueryBuilder()
    .expr(expr)
    .refId(String.fromCharCode('A'.charCodeAt(0) + at))
    .datasource(SOURCE);
}

function redAbove(limit: number): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
    { value: null, color: 'green' },
    { value: limit, color: 'red' },
  ]);
}

/** The `quantile` of a histogram over the chosen nodes, by further labels. */
export function quantile(of: number, histogram: string, by = '', matchers = ''): string {
  const labels = by === '' ? 'le' : `le, ${by}`;
  return `histogram_quantile(${of}, sum by (${labels}) (rate(${histogram}_bucket{${chosen(matchers)}}[$__rate_interval])))`;
}

/** Per second over the chosen nodes, by labels. */
export function rate(counter: string, by = '', matchers = ''): string {
  const sum = by === '' ? 'sum' : `sum by (${by})`;
  return `${sum} (rate(${counter}{${chosen(matchers)}}[$__rate_interval]))`;
}

/** Matchers for the nodes that were chosen, and more. */
export function chosen(matchers = ''): string {
  return matchers === '' ? 'node_id=~"$node"' : `node_id=~"$node",${matchers}`;
}
