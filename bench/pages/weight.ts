import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PAGES_FOLDER } from '../../lib/http/project-files.ts';

/** What a page may weigh on the wire: document, script and style, gzipped. */
export const WEIGHT_LIMIT_BYTES = 150 * 1024;

/** What a page weighs as `npm run pages` built it, with all that its document names. @throws Error when it is not built */
export function weightOf(page: 'console' | 'play'): number {
  const file = join(PAGES_FOLDER, `${page}.html`);
  const named = readFileSync(file, 'utf8').matchAll(/(?:href|src)="\/pages\/([^"]+)"/g);
  const files = [file, ...Array.from(named, ([, name = '']) => join(PAGES_FOLDER, 'assets', basename(name)))];
  return files.reduce((sum, path) => sum + gzipSync(readFileSync(path)).length, 0);
}
