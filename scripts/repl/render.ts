import { styleText } from 'node:util';
import type { Table } from '../../services/operator-command.ts';

const BETWEEN = '  ';
const CLEAR = '\u001b[2J\u001b[H';

export interface Paper {
  /** Whether it understands colours and can be wiped: a terminal. */
  readonly terminal: boolean;
}

/** The result of a command for people: aligned columns, numbers to the right. */
export function asText(result: Table | string, { terminal }: Paper): string {
  if (typeof result === 'string') return result;
  const { head, rows, foot } = result;
  if (rows.length === 0) return foot;
  const cells = rows.map((row) => row.map(String));
  const widths = head.map((title, at) => Math.max(title.length, ...cells.map((row) => row[at]?.length ?? 0)));
  const isNumber = head.map((_, at) => rows.every((row) => typeof row[at] === 'number'));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => (isNumber[at] ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join(BETWEEN)
      .trimEnd();
  const title = line(head);
  return [terminal ? styleText('bold', title, { validateStream: false }) : title, ...cells.map(line), foot].join('\n');
}

/** The result for programs: one JSON object a row, named by the columns; the foot is for people only. */
export function asJson(result: Table | string): string {
  if (typeof result === 'string') return JSON.stringify({ result });
  return result.rows
    .map((row) => JSON.stringify(Object.fromEntries(result.head.map((title, at) => [title, row[at] ?? null]))))
    .join('\n');
}

/** What is watched takes the place of what stood there before; on paper that cannot be wiped, it follows it. */
export function overThat(text: string, { terminal }: Paper): string {
  return terminal ? `${CLEAR}${text}` : `\n${text}`;
}
