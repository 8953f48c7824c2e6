import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder, toolPath } from '../../../../scripts/tools/tool.ts';

const PROJECT = join(import.meta.dirname, '../../../..');
const TOOLS = readdirSync(join(PROJECT, 'scripts/tools'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const FROM_PYPI = TOOLS.filter((name) => existsSync(join(PROJECT, 'scripts/tools', name, 'requirements.txt')));

describe('a tool', () => {
  it.each(TOOLS)('is pinned by one file, and found where scripts/install-tools puts it, or not at all: %s', (name) => {
    const pins = readdirSync(join(PROJECT, 'scripts/tools', name)).filter((file) => file !== 'go.sum');
    expect(['go.mod', 'requirements.txt', 'debian.txt']).toContain(pins[0]);
    expect(pins).toHaveLength(1);
    const path = toolPath(name);
    if (path === null || pins[0] === 'debian.txt') return;
    const file = join('scripts/tools', name, pins[0] ?? '');
    const digest = execFileSync('sha256sum', [join(PROJECT, file)], { encoding: 'utf8' }).slice(0, 16);
    expect(path.startsWith(join(PROJECT, '.cache/tools', name, digest))).toBe(true);
  });

  it.each(FROM_PYPI)('of PyPI has every package pinned to a version: %s', (name) => {
    const lines = readFileSync(join(PROJECT, 'scripts/tools', name, 'requirements.txt'), 'utf8')
      .trim()
      .split('\n');
    for (const line of lines.filter((each) => !each.startsWith('#'))) expect(line).toMatch(/^[\w.-]+==[\w.]+$/);
  });

  it('that nothing can install is an error, not one that is missing', () => {
    expect(() => toolPath('kubeconfrom')).toThrow('there is no tool kubeconfrom');
    expect(() => packageFolder('kubernetes-schemas', 'kubernetes_validate')).toThrow('there is no tool');
  });
});
