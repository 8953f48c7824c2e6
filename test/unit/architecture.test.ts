import { readdirSync, readFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = path.resolve(import.meta.dirname, '../..');
const IMPORT = /(?:import|export)\s+(type\s)?[^;'"]*?from\s+'([^']+)'/g;

interface Import {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

function sources(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.join(folder, name));
}

function importsOf(folder: string): Import[] {
  return sources(folder).flatMap((file) =>
    Array.from(readFileSync(path.join(ROOT, file), 'utf8').matchAll(IMPORT), ([, typeOnly, target = '']) => ({
      file,
      target: target.startsWith('.') ? path.join(path.dirname(file), target) : target,
      typeOnly: typeOnly !== undefined,
    })),
  );
}

const within = (folder: string, target: string): boolean => target.startsWith(`${folder}${path.sep}`);

describe('the architecture', () => {
  it('keeps lib free of services, scripts and tests', () => {
    const wrong = importsOf('lib').filter(({ target }) =>
      ['services', 'scripts', 'test', 'bench'].some((folder) => within(folder, target)),
    );
    expect(wrong).toEqual([]);
  });

  it('lets lib know of actors only their messages and the Engine port', () => {
    const allowed = ['actors/messages.ts', 'actors/engine.ts'];
    const wrong = importsOf('lib').filter(({ target }) => within('actors', target) && !allowed.includes(target));
    expect(wrong).toEqual([]);
  });

  it('keeps the engine core pure: only ports, plain types and the snapshot codec', () => {
    const allowed = ['lib/uuid.ts', 'cbor-x'];
    const wrong = importsOf('actors').filter(
      ({ target }) => !within('actors', target) && !within('lib/ports', target) && !allowed.includes(target),
    );
    expect(wrong).toEqual([]);
  });

  it('lets no clock, timer or randomness of the machine into the engine core', () => {
    const impure = /\b(Date\.now|new Date\(\)|Math\.random|setTimeout|setInterval|setImmediate|performance\.now)\b/;
    const wrong = sources('actors').filter((file) => impure.test(readFileSync(path.join(ROOT, file), 'utf8')));
    expect(wrong).toEqual([]);
  });

  it('keeps every room below 300 lines', () => {
    const large = ['actors', 'lib', 'services', 'scripts', 'bench']
      .flatMap(sources)
      .map((file) => ({ file, lines: readFileSync(path.join(ROOT, file), 'utf8').split('\n').length - 1 }))
      .filter(({ lines }) => lines > 300);
    expect(large).toEqual([]);
  });
});

describe('the README', () => {
  const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8');
  const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };

  it('names only npm commands that there are', () => {
    const named = Array.from(readme.matchAll(/npm run (?:-s )?([a-z][a-z:-]*)/g), ([, name = '']) => name);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('links only to files that there are', () => {
    const links = Array.from(readme.matchAll(/\]\((?!https?:)([^)#]+)/g), ([, target = '']) => target);
    expect(links.filter((target) => !existsSync(path.join(ROOT, target)))).toEqual([]);
  });
});
