import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A package of `package-lock.json`. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** Below the project: `node_modules/a/node_modules/b`. */
  readonly folder: string;
  readonly integrity: string | null;
  readonly runsScripts: boolean;
  readonly optional: boolean;
  /** As its package.json says, also where the lock does not; null: it does not say. */
  readonly licence: string | null;
}

interface LockEntry {
  readonly version?: string;
  readonly integrity?: string;
  readonly license?: unknown;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
}

/** What an installation without development tools has, by the lock file of the project in `root`. */
export function lockedPackages(root: string): LockedPackage[] {
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockEntry>;
  };
  return Object.entries(lock.packages)
    .filter(([folder, { dev }]) => folder !== '' && dev !== true)
    .map(([folder, entry]) => ({
      name: folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version: entry.version ?? '',
      folder,
      integrity: entry.integrity ?? null,
      runsScripts: entry.hasInstallScript === true,
      optional: entry.optional === true,
      licence: licenceOf(entry.license) ?? installedLicence(path.join(root, folder)),
    }));
}

/** Null where it is not installed: one for another platform. */
function installedLicence(folder: string): string | null {
  let text: string;
  try {
    text = readFileSync(path.join(folder, 'package.json'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const { license } = JSON.parse(text) as { license?: unknown };
  return licenceOf(license);
}

function licenceOf(stated: unknown): string | null {
  return typeof stated === 'string' && stated !== '' ? stated : null;
}
