/**
 * Rows that come as parameters, an array a column: a statement for many then has the same text as for one, and connections
 * keep one plan of it.
 */

/** Names of the columns and their types in SQL. */
export type Columns = Readonly<Record<string, string>>;

/** A row a statement is asked with. */
export type RowOf<Asked extends Columns> = { readonly [Name in keyof Asked]: unknown };

/**
 * What goes after FROM: the table `alias` of these columns, and `n`, the number of the row, from 1 on.
 *
 * The planner must not see how many rows there are: a plan for a single one looks so much cheaper to it than the plan
 * for any number that it would make a new one each time, which takes longer than the statement itself.
 */
export function parameterTable(columns: Columns, alias: string): string {
  const arrays = Object.values(columns).map((type, index) => `(SELECT $${index + 1}::${type}[])`);
  return `unnest(${arrays.join(', ')}) WITH ORDINALITY AS ${alias} (${[...Object.keys(columns), 'n'].join(', ')})`;
}

/** The parameters that make the rows. */
export function parametersFor<Asked extends Columns>(columns: Asked, rows: readonly RowOf<Asked>[]): unknown[][] {
  return Object.keys(columns).map((name) => rows.map((row) => row[name]));
}

/** Answers to each of `count` rows, by the `n` that they bear. */
export function answersByRow<Answer extends { readonly n: number }>(
  answers: readonly Answer[],
  count: number,
): readonly (readonly Answer[])[] {
  const groups = Map.groupBy(answers, ({ n }) => n);
  return Array.from({ length: count }, (_, index) => groups.get(index + 1) ?? []);
}
