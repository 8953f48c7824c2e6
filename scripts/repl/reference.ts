import { manualAsMarkdown } from '../../services/operator-manual.ts';

const HEADING = '## The commands\n';

/** The page with the reference of all commands behind its heading. Throws when it has no such heading. */
export function withReference(page: string): string {
  const at = page.indexOf(HEADING);
  if (at < 0) throw new Error(`no heading ${HEADING.trim()}`);
  return `${page.slice(0, at + HEADING.length)}\n${manualAsMarkdown()}\n`;
}
