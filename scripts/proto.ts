/** `npm run proto:write`: the types of messages and services in lib/grpc/generated/, from api/proto/. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';

const PROJECT = path.resolve(import.meta.dirname, '..');
/** Below the project: each generated file names the one it comes from. */
const PROTOS = 'api/proto';
const GENERATED = path.join(PROJECT, 'lib/grpc/generated');
const GENERATOR = path.join(PROJECT, 'node_modules/.bin/proto-loader-gen-types');
const FILES = ['v1/library.proto', 'upstream/account.proto', 'upstream/catalog.proto'];

/** As lib/grpc/protos.ts loads them. */
const AS_LOADED = ['--keepCase', '--longs=Number', '--enums=String', '--defaults'];

function generate(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  const files = ['--targetFileExtension=.ts', '--importFileExtension=.ts', '-I', PROTOS, '-O', folder, ...FILES];
  execFileSync(process.execPath, [realScript(), ...AS_LOADED, '--grpcLib=@grpc/grpc-js', ...files], {
    cwd: PROJECT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** The command is a link to a program for node. */
function realScript(): string {
  if (!existsSync(GENERATOR)) throw new Error('proto-loader-gen-types is not installed: npm ci');
  return GENERATOR;
}

function filesBelow(folder: string): ReadonlyMap<string, string> {
  if (!existsSync(folder)) return new Map();
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => statSync(path.join(folder, name)).isFile());
  return new Map(files.map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]));
}

function stale(): readonly string[] {
  const scratch = mkdtempSync(path.join(tmpdir(), 'library-proto-'));
  try {
    const folder = path.join(scratch, 'generated');
    generate(folder);
    const [fresh, kept] = [filesBelow(folder), filesBelow(GENERATED)];
    return [...new Set([...fresh.keys(), ...kept.keys()])].filter((name) => fresh.get(name) !== kept.get(name));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const program = new Command('proto').description('The types in lib/grpc/generated/ are generated from api/proto/.');

program
  .command('write')
  .description('Write lib/grpc/generated/')
  .action(() => {
    generate(GENERATED);
    console.log(`wrote ${filesBelow(GENERATED).size} files`);
  });

program
  .command('check')
  .description('Fail when a type differs from its proto file')
  .action(() => {
    const names = stale();
    if (names.length === 0) return console.log('the types of gRPC are up to date');
    for (const name of names) console.error(`lib/grpc/generated/${name} is not what api/proto/ says`);
    console.error('run `npm run proto:write`');
    process.exitCode = 1;
  });

program.parse();
