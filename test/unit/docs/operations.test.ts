import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { withReference } from '../../../scripts/repl/reference.ts';
import { OPERATOR_COMMANDS } from '../../../services/operator-commands.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const page = readFileSync(path.join(ROOT, 'docs/operations.md'), 'utf8');

describe('the operators’ manual', () => {
  it('has every command as it is: npm run operations:write', () => {
    expect(page).toBe(withReference(page));
  });

  it('names every command that changes something among those that are written down', () => {
    const changing = OPERATOR_COMMANDS.filter(({ changes }) =>
      changes({ words: {}, flags: new Set(['yes']), texts: {}, wholes: {} }),
    );
    const [, named = ''] = /changes something \(([^)]*)\)/.exec(page) ?? [];
    expect(named.replaceAll(/[`\s]/g, '').replaceAll('--yes', '').split(',').sort()).toEqual(
      changing.map(({ name }) => name).sort(),
    );
  });
});

describe('the README', () => {
  it('names every command of the prompt', () => {
    const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8');
    for (const { name } of OPERATOR_COMMANDS) expect(readme).toContain(`\`${name}`);
  });
});
