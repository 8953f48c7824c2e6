import { parser } from '@prometheus-io/lezer-promql';

/** One selector of an expression: the metric, and the labels that it is asked for by. */
export interface Selected {
  readonly metric: string;
  readonly labels: readonly string[];
}

/**
 * What an expression reads, by Prometheus's own grammar.
 *
 * @throws Error where it is no PromQL
 */
export function selectedBy(expression: string): Selected[] {
  const selected: { metric: string; labels: string[] }[] = [];
  let selector: { metric: string; labels: string[] } | null = null;
  const textOf = (node: { readonly from: number; readonly to: number }) => expression.slice(node.from, node.to);
  parser.parse(expression).iterate({
    enter(node) {
      if (node.type.isError) throw new Error(`not PromQL at ${node.from}: ${expression}`);
      if (node.name === 'VectorSelector') {
        selector = { metric: '', labels: [] };
        selected.push(selector);
      } else if (selector !== null && node.name === 'Identifier') selector.metric = textOf(node);
      else if (selector !== null && node.name === 'LabelName') selector.labels.push(textOf(node));
    },
    leave(node) {
      if (node.name === 'VectorSelector') selector = null;
    },
  });
  return selected;
}
