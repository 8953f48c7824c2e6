import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from './http/project-files.ts';

/** The version of the product that this code is: `1.4.0`. */
export const RELEASE = (
  JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')) as { readonly version: string }
).version;

/** Whether release `a` came before release `b`, each as `major.minor.patch`. */
export function isBefore(a: string, b: string): boolean {
  const [these, those] = [numbersOf(a), numbersOf(b)];
  const at = these.findIndex((number, place) => number !== those[place]);
  return at >= 0 && (these[at] ?? 0) < (those[at] ?? 0);
}

function numbersOf(release: string): readonly number[] {
  const numbers = release.split('.').map(Number);
  if (numbers.length !== 3 || !numbers.every(Number.isInteger)) throw new RangeError(`not a release: ${release}`);
  return numbers;
}
