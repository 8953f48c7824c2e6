import { execFileSync, spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PROJECT_ROOT } from '../../../../lib/http/project-files.ts';
import { readReport } from '../../../../scripts/audit/advisories.ts';
import { lockedPackages, type LockedPackage } from '../../../../scripts/audit/locked-packages.ts';
import { isAllowed, licences, supplyChainFaults } from '../../../../scripts/audit/supply-chain.ts';

const SOUND: LockedPackage = {
  name: 'a',
  version: '1.0.0',
  folder: 'node_modules/a',
  runsScripts: false,
  optional: false,
  licence: 'MIT',
  integrity: `sha512-${'A'.repeat(86)}==`,
};

describe('the packages of an installation', () => {
  it('are each pinned by a checksum, run no program that nobody read, and may be used', () => {
    expect(supplyChainFaults(lockedPackages(PROJECT_ROOT))).toEqual([]);
  });

  it.each([
    ['no checksum', { integrity: null }, 'is not pinned by a SHA-512'],
    ['a weak checksum', { integrity: 'sha1-AAAA' }, 'is not pinned by a SHA-512'],
    ['a program that runs at installation', { runsScripts: true }, 'runs a program'],
    ['a licence that asks for more', { licence: 'AGPL-3.0' }, 'has the licence AGPL-3.0'],
    ['no licence', { licence: null }, 'names no licence'],
  ])('are a fault with %s', (_what, change, fault) => {
    expect(supplyChainFaults([{ ...SOUND, ...change }])).toEqual([
      `a@1.0.0 ${fault}`.replace('program', 'program when it is installed'),
    ]);
  });

  it.each([
    ['MIT', true],
    ['(MIT AND Zlib)', true],
    ['(MIT OR GPL-3.0)', true],
    ['(MIT AND GPL-3.0)', false],
    ['GPL-3.0-only', false],
    ['SEE LICENSE IN EULA', false],
  ])('under %s may be used: %s', (licence, allowed) => {
    expect(isAllowed(licence)).toBe(allowed);
  });

  it('are counted by their licences', () => {
    expect(licences([SOUND, SOUND, { ...SOUND, licence: null }])).toEqual([
      ['MIT', 2],
      ['not installed here', 1],
    ]);
  });
});

describe('what the registry says', () => {
  it('is only taken for an answer when it is one', () => {
    expect(readReport('')).toMatchObject({ state: 'unknown' });
    expect(readReport('{}')).toMatchObject({ state: 'unknown' });
    expect(readReport('{"statusCode":405,"message":"405 https://somewhere"}')).toEqual({
      state: 'unknown',
      reason: 'the registry does not answer audits (status 405)',
    });
    expect(readReport('{"auditReportVersion":2,"vulnerabilities":{}}')).toEqual({ state: 'known', advisories: [] });
  });

  it('names each package with its fault, and by what it is had', () => {
    const vulnerabilities = { a: { severity: 'high', via: [{ title: 'RCE' }] }, b: { severity: 'low', via: ['a'] } };
    expect(readReport(JSON.stringify({ auditReportVersion: 2, vulnerabilities }))).toEqual({
      state: 'known',
      advisories: [
        { name: 'a', severity: 'high', title: 'RCE' },
        { name: 'b', severity: 'low', title: 'by a' },
      ],
    });
  });
});

describe('the commands', () => {
  it('audit ends with 0 offline, and says that nobody was asked', () => {
    const program = path.join(PROJECT_ROOT, 'scripts/audit.ts');
    const text = execFileSync(process.execPath, [program, '--offline'], { encoding: 'utf8' });
    expect(text).toMatch(/Packages: \d+\n[^]*MIT\n[^]*Advisories: not asked for/);
  });

  it('sbom lists every package of the installation', () => {
    const { stdout, status } = spawnSync('npm', ['run', '-s', 'sbom'], {
      cwd: PROJECT_ROOT,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    expect(status).toBe(0);
    const { bomFormat, components } = JSON.parse(stdout) as {
      bomFormat: string;
      components: { name: string; version: string }[];
    };
    expect(bomFormat).toBe('CycloneDX');
    const listed = new Set(components.map(({ name, version }) => `${name}@${version}`));
    const missing = lockedPackages(PROJECT_ROOT).filter(
      (one) => !one.optional && !listed.has(`${one.name}@${one.version}`),
    );
    expect(missing.map(({ name }) => name)).toEqual([]);
    expect(components.map(({ name }) => name)).not.toContain('jest');
  });
});
