import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const CLI = join(import.meta.dirname, 'cli.ts');
const HALF = 5_000;
const LIMIT_MS = 600_000;

/** Runs histories in a process of their own: in Jest's sandbox they take more than twice as long. */
async function run(seed: number, histories: number): Promise<string> {
  const args = [CLI, '--seed', String(seed), '--histories', String(histories)];
  try {
    return (await promisify(execFile)(process.execPath, args)).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`replay with SIM_SEED, or npm run sim -- --seed ... --verbose\n${stdout ?? ''}${stderr ?? ''}`, {
      cause: error,
    });
  }
}

/** The seeds of this run, in parts that run side by side; with SIM_SEED in the environment, that one only. */
const only = process.env['SIM_SEED'];
const parts =
  only === undefined
    ? [
        [1, HALF],
        [1 + HALF, HALF],
      ]
    : [[Number(only), 1]];

describe('the engine core under faults', () => {
  it(
    `loses nothing acknowledged, counts nothing twice and comes to rest (${only === undefined ? '10,000 histories' : `seed ${only}`})`,
    async () => {
      const told = await Promise.all(parts.map(([seed = 1, histories = 1]) => run(seed, histories)));
      for (const line of told) expect(line).toContain('no violation');
    },
    LIMIT_MS,
  );
});
