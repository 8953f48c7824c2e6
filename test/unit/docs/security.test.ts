import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CONFIG_KEYS } from '../../../lib/config/keys.ts';
import { PROJECT_ROOT } from '../../../lib/http/project-files.ts';
import { LIMIT_NAMES } from '../../../lib/limits/limits.ts';

const text = readFileSync(path.join(PROJECT_ROOT, 'docs/security.md'), 'utf8');
const rows = text.split('\n').filter((line) => /^\| [STRIDE](, [STRIDE])* +\|/.test(line));

describe('the threat model in docs/security.md', () => {
  it('has a threat of each kind', () => {
    const kinds = new Set(
      rows.flatMap((row) =>
        row
          .split('|')[1]
          ?.split(',')
          .map((kind) => kind.trim()),
      ),
    );
    expect([...kinds].sort()).toEqual(['D', 'E', 'I', 'R', 'S', 'T']);
  });

  it.each(rows.map((row) => row.split('|').map((cell) => cell.trim())))(
    'names a control and tests that there are: %s%s, %s',
    (...cells) => {
      expect(cells[3]).not.toBe('');
      const tests = [...(cells[4] ?? '').matchAll(/`(test\/[\w./-]+)`/g)].map(([, file = '']) => file);
      expect(tests.length).toBeGreaterThan(0);
      for (const file of tests) expect([file, existsSync(path.join(PROJECT_ROOT, file))]).toEqual([file, true]);
    },
  );

  it('names every file of the attack suite', () => {
    for (const file of globSync('test/security/*.test.ts', { cwd: PROJECT_ROOT }))
      expect(text).toContain(`\`${file}\``);
  });

  it('lists every limit, and every setting of the limits that there is', () => {
    for (const name of LIMIT_NAMES) expect(text).toContain(`| \`${name}\``);
    for (const { path: key } of CONFIG_KEYS.filter(({ group }) => group === 'limits')) expect(text).toContain(key);
    const known = new Set(CONFIG_KEYS.map((key) => key.path));
    for (const [, key = ''] of text.matchAll(/`((?:limits|grpc|auth|tls|metrics)\.[a-z]\w+)(?::[^`]*)?`/gi))
      expect(known).toContain(key);
  });
});
