import { expect, it } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithTools } from '../tools.ts';

const PROJECT = join(import.meta.dirname, '../..');

/** Every file of the project that a shell runs, by its first line, or its name where it is only sourced. */
function shellScripts(): readonly string[] {
  const options = { cwd: PROJECT, encoding: 'utf8' } as const;
  const files = execFileSync('git', ['ls-files', '--', 'scripts', '.ci', 'ops', 'k8s', 'test'], options)
    .trim()
    .split('\n');
  return files.filter((file) => {
    if (/\.(ba)?sh$/.test(file)) return true;
    if (/\.\w+$/.test(file) || file.startsWith('k8s/')) return false;
    return /^#!.*\b(ba)?sh\b/.test(readFileSync(join(PROJECT, file), 'utf8').slice(0, 100));
  });
}

describeWithTools(['shellcheck'], 'shell scripts', ({ shellcheck }) => {
  it('are found faultless by shellcheck', () => {
    const scripts = shellScripts();
    expect(scripts).toEqual(expect.arrayContaining(['.ci/run', 'scripts/install-tools', 'scripts/installing.bash']));
    const { stdout } = spawnSync(shellcheck, ['--external-sources', ...scripts], { cwd: PROJECT, encoding: 'utf8' });
    expect(stdout).toBe('');
  });
});
