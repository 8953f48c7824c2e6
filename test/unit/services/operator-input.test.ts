import { describe, expect, it } from '@jest/globals';
import { OPERATOR_COMMANDS } from '../../../services/operator-commands.ts';
import { readInput } from '../../../services/operator-input.ts';
import { commandNamed } from '../../../services/operator-run.ts';

const refusal = (line: string): string => {
  const [name = '', ...words] = line.split(' ');
  try {
    readInput(commandNamed(name), words);
    return 'taken';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('what an operator types', () => {
  it('is read into words, flags and numbers with their defaults', () => {
    const input = readInput(commandNamed('rebalance'), ['--yes', '--limit', '16', '--as', 'jo']);
    expect(input).toEqual({ words: {}, flags: new Set(['yes']), texts: { as: 'jo' }, wholes: { limit: 16, every: 2 } });
    expect(readInput(commandNamed('top'), ['users']).wholes).toEqual({ seconds: 1, limit: 20, every: 2 });
  });

  it('is refused with one line that says what is wrong and how it goes', () => {
    expect(refusal('drain')).toBe('<node> is missing; it goes: drain <node>');
    expect(refusal('drain a b')).toBe('nothing is known of "b"; it goes: drain <node>');
    expect(refusal('drain a --force')).toBe("unknown option '--force'; it goes: drain <node>");
    expect(refusal('shards --limit 3')).toBe("unknown option '--limit'; it goes: shards [node] [--all]");
    expect(refusal('rebalance --limit many')).toBe(
      '--limit takes a whole number from 1 to 4096, not "many"; it goes: rebalance [--yes] [--limit <number>]',
    );
    expect(refusal('top --limit 0')).toContain('--limit takes a whole number from 1 to 100, not "0"');
    expect(refusal('top --seconds')).toContain("option '--seconds <value>' argument missing");
    expect(() => commandNamed('reboot')).toThrow(/^there is no command "reboot"; there are cluster, /);
    for (const line of ['drain', 'drain a b', 'drain a --force', 'top --limit x'])
      expect(refusal(line)).not.toMatch(/\n/);
  });

  it('may be watched when it only looks, and is written down when it changes something', () => {
    expect(refusal('shards --watch')).toBe('taken');
    expect(refusal('flush --watch')).toContain("unknown option '--watch'");
    expect(refusal('flush --as jo --without-audit')).toBe('taken');
    expect(refusal('shards --as jo')).toContain("unknown option '--as'");
  });

  it('is as the examples of every command say', () => {
    for (const { name, examples } of OPERATOR_COMMANDS) {
      expect(examples.length).toBeGreaterThan(0);
      for (const example of examples) {
        expect(example.split(' ')[0]).toBe(name);
        expect([example, refusal(example)]).toEqual([example, 'taken']);
      }
    }
  });
});
