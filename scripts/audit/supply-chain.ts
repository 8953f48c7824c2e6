import type { LockedPackage } from './locked-packages.ts';

/** Licences that ask for no more than to be named. By their SPDX identifiers. */
const ALLOWED: ReadonlySet<string> = new Set([
  ...['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0', 'Unlicense', 'Zlib'],
  ...['CC0-1.0', 'Python-2.0', 'MIT-0'],
]);

/** Packages whose package.json names no licence, and what somebody read elsewhere in them. */
const READ: Readonly<Record<string, string>> = {
  'cli-color': 'MIT',
  clui: 'MIT',
};

/** Packages that may run a program when they are installed: what it does was read. */
const MAY_RUN: Readonly<Record<string, string>> = {
  '@scarf/scarf': 'counts installations; switched off by scarfSettings in package.json',
  'cbor-extract': 'chooses its prebuilt binary',
  'es5-ext': 'prints a message',
  protobufjs: 'warns of versions that do not fit',
};

const INTEGRITY = /^sha512-[A-Za-z0-9+/]{86}==$/;

/** What is wrong with the packages themselves, a line each; known without asking anybody. */
export function supplyChainFaults(packages: readonly LockedPackage[]): string[] {
  const faults: string[] = [];
  for (const { name, version, integrity, runsScripts, optional, licence } of packages) {
    const known = licence ?? READ[name] ?? null;
    if (integrity === null || !INTEGRITY.test(integrity)) faults.push(`${name}@${version} is not pinned by a SHA-512`);
    if (runsScripts && !(name in MAY_RUN)) faults.push(`${name}@${version} runs a program when it is installed`);
    // One for another platform is not here to be read.
    if (known === null && !optional) faults.push(`${name}@${version} names no licence`);
    if (known !== null && !isAllowed(known)) faults.push(`${name}@${version} has the licence ${known}`);
  }
  return faults;
}

/** `MIT`, `(MIT OR GPL-3.0)`: any of them; `(MIT AND Zlib)`: all of them. */
export function isAllowed(expression: string): boolean {
  const bare = expression.replace(/^\(|\)$/g, '');
  if (bare.includes(' OR ')) return bare.split(' OR ').some((part) => isAllowed(part));
  return bare.split(' AND ').every((part) => ALLOWED.has(part.trim()));
}

/** How many packages have which licence, most first. */
export function licences(packages: readonly LockedPackage[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { name, licence } of packages) {
    const known = licence ?? READ[name] ?? 'not installed here';
    counts.set(known, (counts.get(known) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a);
}
