import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const PROJECT = join(import.meta.dirname, '../..');

/**
 * Lays out in a fresh folder what the Dockerfile's stage `application` has in /app: what it copies but for what
 * .dockerignore leaves out, and of the packages those that `npm ci --omit=dev` would install. Whoever asked removes it.
 */
export function layOutImage(): string {
  // Beside the packages: files are linked, not copied, so they are all on one file system.
  const cache = join(PROJECT, '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'image-'));
  chmodSync(folder, 0o755);
  const dockerfile = readFileSync(join(PROJECT, 'Dockerfile'), 'utf8');
  const application = dockerfile.split(/^FROM /m).find((stage) => stage.startsWith('base AS application')) ?? '';
  const copied = [...application.matchAll(/^COPY (?:--from=pages \/app\/)?(?!--from)(.+) \S+$/gm)].flatMap(
    ([, paths]) => (paths ?? '').split(' '),
  );
  const ignored = readFileSync(join(PROJECT, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('scripts/'))
    .map((pattern) => new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}(/|$)`));
  for (const path of new Set(copied)) {
    cpSync(join(PROJECT, path), join(folder, path), {
      recursive: true,
      filter: (source) => {
        const name = relative(PROJECT, source);
        if (name.endsWith('.md') && !/^docs\/[^/]+$/.test(name)) return false;
        return !ignored.some((pattern) => pattern.test(name));
      },
    });
  }
  for (const name of productionPackages()) {
    const target = join(folder, 'node_modules', name);
    mkdirSync(dirname(target), { recursive: true });
    execFileSync('cp', ['-al', join(PROJECT, 'node_modules', name), target]);
  }
  return folder;
}

/** Names of the packages at the top of node_modules that are not for development only; those below come with them. */
function productionPackages(): readonly string[] {
  const { packages } = JSON.parse(readFileSync(join(PROJECT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: true }>;
  };
  return Object.entries(packages).flatMap(([path, { dev }]) => {
    const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1];
    const wanted = name !== undefined && dev !== true && !/^node-(linux|darwin|win|bin)-/.test(name);
    // Those for other platforms are in the lock file only.
    return wanted && existsSync(join(PROJECT, path)) ? [name] : [];
  });
}
