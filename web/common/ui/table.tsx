import type { ComponentChildren } from 'preact';

/** Of a column; `number` stands to the right. False: there is no such column. */
export type Heading = string | readonly [text: string, kind: 'number'] | false;

interface TableProps {
  /** Read out, and not shown: what stands above the table says it to those who see. */
  readonly caption: string;
  readonly headings: readonly Heading[];
  /** Rows. */
  readonly children: ComponentChildren;
}

/** A table that scrolls by itself where it is wider than the page, by the keyboard as well. */
export function Table({ caption, headings, children }: TableProps) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>{headings.map(headOf)}</tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

function headOf(heading: Heading) {
  if (heading === false) return null;
  const [text, kind] = typeof heading === 'string' ? [heading] : heading;
  return (
    <th key={text} scope="col" class={kind}>
      {text}
    </th>
  );
}
