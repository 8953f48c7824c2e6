import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findBinary } from '../servers/machine.ts';

const CACHE = join(import.meta.dirname, '../../.cache/tools');

/**
 * The program `name` that `scripts/install-tools` installed of the version that `scripts/tools/<name>` pins; null when it
 * has not.
 *
 * @throws Error when there is no such folder: a tool that nothing can install.
 */
export function toolPath(name: string): string | null {
  const folder = toolFolder(name);
  if (folder === 'PATH') return findBinary(name);
  const path = join(folder, pinnedBy(name) === 'go.mod' ? name : `bin/${name}`);
  return isExecutable(path) ? path : null;
}

/**
 * Where the files of a Python package lie that `scripts/install-tools` fetched for what it carries; null when it has not.
 *
 * @throws Error as {@link toolPath}.
 */
export function packageFolder(name: string, packageName: string): string | null {
  const library = join(toolFolder(name), 'lib');
  if (!existsSync(library)) return null;
  const packages = readdirSync(library).map((python) => join(library, python, 'site-packages', packageName));
  return packages.find((folder) => existsSync(folder)) ?? null;
}

function toolFolder(name: string): string {
  const file = pinnedBy(name);
  if (file === 'debian.txt') return 'PATH';
  const digest = createHash('sha256').update(readFileSync(join(import.meta.dirname, name, file)));
  return join(CACHE, name, digest.digest('hex').slice(0, 16));
}

function pinnedBy(name: string): 'go.mod' | 'requirements.txt' | 'debian.txt' {
  for (const file of ['go.mod', 'requirements.txt', 'debian.txt'] as const) {
    if (existsSync(join(import.meta.dirname, name, file))) return file;
  }
  throw new Error(`there is no tool ${name}: scripts/tools/${name} says by no file how it is installed`);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
