import { describe, expect, it } from '@jest/globals';
import { runHistory } from './history.ts';

async function trace(seed: number): Promise<string[]> {
  const lines: string[] = [];
  await runHistory(seed, (line) => lines.push(line()));
  return lines;
}

describe('a history of the simulation', () => {
  it('is the same every time it is run from its seed', async () => {
    expect(await trace(7)).toEqual(await trace(7));
  });

  it('is another one for another seed', async () => {
    expect(await trace(7)).not.toEqual(await trace(8));
  });
});
