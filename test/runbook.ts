import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../lib/http/project-files.ts';

export const RUNBOOK = readFileSync(join(PROJECT_ROOT, 'docs/runbook.md'), 'utf8');

/** The fenced blocks of a language. */
export function blocksOf(language: string): readonly string[] {
  return [...RUNBOOK.matchAll(/^```(\w+)\n([^]*?)^```$/gm)]
    .filter(([, of]) => of === language)
    .map(([, , block = '']) => block);
}
