import { setTimeout as pause } from 'node:timers/promises';
import { expect } from '@jest/globals';

const PATIENCE_MS = 30_000;
const LOOK_MS = 50;

/** Looks at a page until what is read equals what is expected, as Playwright's `expect.poll`; then, or too late, asserts it. */
export async function eventually<Value>(read: () => Promise<Value>, expected: Value): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await read();
    if (Object.is(value, expected) || Date.now() > until) return expect(value).toEqual(expected);
    await pause(LOOK_MS);
  }
}
