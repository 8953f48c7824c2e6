import { expect, it } from '@jest/globals';
import { ENDPOINTS } from '../../../../lib/contract/endpoints.ts';
import { CONSUMED_EVENTS } from '../../../../lib/contract/events/consumed.ts';

const LENGTH = 50_000;
/** By the square of the length it would take seconds; by the length it takes less than one. */
const LIMIT_MS = 200;

/** What keeps a pattern that can match in several ways busy: long runs of one kind, and an end that fits nothing. */
const RUNS = ['a', 'A', '1', ' ', '-', '_', '%', 'é', '😀', 'aA', 'a ', '1-', 'https://'];
const ENDS = ['', '\u0000', ' ', '\n', '!', '\ud800'];

const patterns = new Set<string>();
for (const { params, query, body } of ENDPOINTS) for (const schema of [params, query, body]) collect(schema);
for (const { data } of CONSUMED_EVENTS) collect(data);

function collect(schema: unknown): void {
  if (typeof schema !== 'object' || schema === null) return;
  for (const [name, part] of Object.entries(schema)) {
    if (name === 'pattern' && typeof part === 'string') patterns.add(part);
    else collect(part);
  }
}

it('has patterns at all', () => {
  expect(patterns.size).toBeGreaterThan(5);
});

/** The length of a text is checked beside its pattern, not before: one request could stop a gateway for minutes. */
it.each([...patterns])('matches a text of any length in a moment: %s', (pattern) => {
  const regex = new RegExp(pattern, 'u');
  for (const run of RUNS) {
    for (const end of ENDS) {
      const text = run.repeat(LENGTH / run.length) + end;
      const began = performance.now();
      regex.test(text);
      regex.test(`https://${text}`);
      expect(performance.now() - began).toBeLessThan(LIMIT_MS);
    }
  }
});
