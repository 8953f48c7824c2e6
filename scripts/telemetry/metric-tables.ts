import { METRIC_CATALOGUE } from '../../lib/telemetry/catalogue.ts';
import { exposedName, type Metric } from '../../lib/telemetry/metric.ts';

const BEGIN = '<!-- begin of the metrics: npm run telemetry:write -->';
const END = '<!-- end of the metrics -->';

/**
 * The document with the tables of all metrics between its two marks.
 *
 * @throws Error when a mark is missing.
 */
export function withMetricTables(document: string): string {
  const from = document.indexOf(BEGIN);
  const to = document.indexOf(END);
  if (from < 0 || to < from) throw new Error(`the document must have the lines ${BEGIN} and ${END}`);
  const tables = METRIC_CATALOGUE.map(({ title, nodes, metrics }) => {
    const rows = Object.entries(metrics).map(([name, metric]) => row(name, metric));
    return [`### ${title}`, '', `On nodes with the role: ${nodes}.`, '', HEAD, ...rows].join('\n');
  });
  return `${document.slice(0, from)}${BEGIN}\n\n${tables.join('\n\n')}\n\n${document.slice(to)}`;
}

const HEAD = '| metric | type | labels | meaning |\n| --- | --- | --- | --- |';

function row(name: string, { type, labels = [], help }: Metric): string {
  return `| \`${exposedName(name)}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`;
}
