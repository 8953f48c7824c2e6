/**
 * `npm run pages`: builds the pages for people, `/console` and `/play`, from `web/` into `web/dist`. Runs with every
 * `npm ci`; while pages are worked on, `npm run pages -- --watch` builds them again with every change.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Command } from 'commander';
import { context, type BuildOptions, type Metafile, type Plugin } from 'esbuild';
import { PAGES_FOLDER, PROJECT_ROOT } from '../lib/http/project-files.ts';

const PAGES = { console: 'Library Service: console', play: 'Library Service: play' } as const;
type Page = keyof typeof PAGES;

const WEB = join(PROJECT_ROOT, 'web');
const PAGE_NAMES = Object.keys(PAGES) as readonly Page[];

const program = new Command('pages')
  .description('Builds the pages for people from web/ into web/dist.')
  .option('--watch', 'build again with every change, until Ctrl-C')
  .parse();

const building = await context(options());
if (program.opts<{ watch?: true }>().watch === true) {
  await building.watch();
} else {
  await building.rebuild();
  await building.dispose();
}

function options(): BuildOptions {
  return {
    absWorkingDir: WEB,
    entryPoints: Object.fromEntries(PAGE_NAMES.map((page) => [page, join(WEB, page, 'main.tsx')])),
    outdir: join(PAGES_FOLDER, 'assets'),
    entryNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome123', 'firefox120', 'safari17.5'],
    platform: 'browser',
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    plugins: [documents()],
  };
}

/** Writes a document around every bundle, and says what it weighs. */
function documents(): Plugin {
  return {
    name: 'documents',
    setup(build) {
      build.onStart(() => rmSync(PAGES_FOLDER, { recursive: true, force: true }));
      build.onEnd(({ metafile, errors }) => {
        if (metafile === undefined || errors.length > 0) return;
        const icon = asset('icon.svg');
        for (const page of PAGE_NAMES) {
          const files = filesOf(metafile, page);
          const [style, script] = [mustFile(files, '.css'), mustFile(files, '.js')];
          const values = { title: PAGES[page], icon, style: urlOf(style), script: urlOf(script) };
          writeFileSync(join(PAGES_FOLDER, `${page}.html`), filled(values));
          const weight = [style, script].reduce((sum, file) => sum + gzipSync(readFileSync(file)).length, 0);
          console.log(`  /${page.padEnd(8)} ${(weight / 1024).toFixed(1)} KiB gzipped`);
        }
      });
    },
  };
}

function filesOf(metafile: Metafile, page: Page): readonly string[] {
  return Object.keys(metafile.outputs)
    .filter((file) => basename(file).startsWith(`${page}-`))
    .map((file) => join(WEB, file));
}

function mustFile(files: readonly string[], ending: string): string {
  const found = files.find((file) => file.endsWith(ending));
  if (found === undefined) throw new Error(`nothing that ends in ${ending} was built`);
  return found;
}

/** Copies a file as it is, under a name that changes with its content. */
function asset(name: string): string {
  const content = readFileSync(join(WEB, name));
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 8).toUpperCase();
  const file = join(PAGES_FOLDER, 'assets', name.replace('.', `-${hash}.`));
  mkdirSync(join(PAGES_FOLDER, 'assets'), { recursive: true });
  writeFileSync(file, content);
  return urlOf(file);
}

function urlOf(file: string): string {
  return `/pages/${basename(file)}`;
}

function filled(values: Readonly<Record<string, string>>): string {
  const template = readFileSync(join(WEB, 'page.html'), 'utf8');
  return template.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? '');
}
