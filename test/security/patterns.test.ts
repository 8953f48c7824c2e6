import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { PROJECT_ROOT } from '../../lib/http/project-files.ts';

/** As long as a head may be; by the square of it, a pattern would take seconds. */
const LENGTH = 16_384;
const LIMIT_MS = 100;
const RUNS = [
  'a',
  '0',
  ' ',
  '-',
  '_',
  '=',
  '.',
  ':',
  ',',
  '/',
  '"',
  '\\',
  '%',
  '~',
  '\t',
  'a.',
  'a,',
  '1:',
  '::',
  ', ',
  '="',
  'é',
];
const STARTS = ['', 'Bearer ', '00-', '"', 'W/"', 'application/json', 'bytes=', 'https://', '?', 'DNS:"'];
const ENDS = ['', '\u0000', '!', '\n', '"'];

/** What they match comes from the configuration. */
const OF_OURS = ['lib/telemetry/tracing/tracing.ts'];

/** Every pattern that is written in the sources which meet what strangers send. */
function patterns(): Map<string, { readonly source: string; readonly flags: string }> {
  const found = new Map<string, { readonly source: string; readonly flags: string }>();
  for (const file of globSync('{lib,services,actors}/**/*.ts', { cwd: PROJECT_ROOT })) {
    const text = readFileSync(path.join(PROJECT_ROOT, file), 'utf8');
    if (OF_OURS.includes(file)) continue;
    const visit = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) {
        const end = node.text.lastIndexOf('/');
        found.set(`${file}: ${node.text}`, { source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
      }
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  }
  return found;
}

describe('the patterns in the sources', () => {
  const all = patterns();

  it('are there at all', () => {
    expect(all.size).toBeGreaterThan(20);
  });

  it.each([...all])('match a text of any kind in a moment: %s', (_where, { source, flags }) => {
    const pattern = new RegExp(source, flags.replace('g', ''));
    for (const start of STARTS) {
      for (const run of RUNS) {
        for (const end of ENDS) {
          const text = start + run.repeat(LENGTH / run.length) + end;
          const began = performance.now();
          pattern.test(text);
          // Another test may have had the processor meanwhile.
          const again = performance.now();
          if (again - began < LIMIT_MS) continue;
          pattern.test(text);
          expect([text.slice(0, 20), performance.now() - again < LIMIT_MS]).toEqual([text.slice(0, 20), true]);
        }
      }
    }
  });
});
