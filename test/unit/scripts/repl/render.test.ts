import { describe, expect, it } from '@jest/globals';
import { asJson, asText, overThat } from '../../../../scripts/repl/render.ts';

const TABLE = {
  head: ['node', 'shards'],
  rows: [
    ['engine-0', 7],
    ['e', 512],
  ],
  foot: '519 shards',
};
const PAPER = { terminal: false };

describe('the result of a command', () => {
  it('is shown in columns, numbers to the right', () => {
    expect(asText(TABLE, PAPER)).toBe('node      shards\nengine-0       7\ne            512\n519 shards');
    expect(asText('done', PAPER)).toBe('done');
    expect(asText({ ...TABLE, rows: [] }, PAPER)).toBe('519 shards');
  });

  it('is one JSON object a row for programs', () => {
    expect(asJson(TABLE)).toBe('{"node":"engine-0","shards":7}\n{"node":"e","shards":512}');
    expect(asJson('done')).toBe('{"result":"done"}');
  });

  it('takes the place of the one before on a terminal, and follows it on paper', () => {
    expect(overThat('x', PAPER)).toBe('\nx');
    expect(overThat('x', { terminal: true })).toMatch(/x$/);
    expect(asText(TABLE, { terminal: true })).toContain('node');
  });
});
