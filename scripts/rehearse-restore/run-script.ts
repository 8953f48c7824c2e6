import { execFile } from 'node:child_process';
import path from 'node:path';
import type { Account } from '../servers/machine.ts';

const SCRIPTS = path.resolve(import.meta.dirname, '..');
const OUTPUT_LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * Runs one of the scripts of `scripts/` to its end. Resolves with what it printed.
 *
 * @param name below `scripts/`: `backup/postgres`
 * @param env what it is configured by, beside PATH: nothing of our own environment
 * @throws Error with what it said, when it fails
 */
export function runScript(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  account: Account | null = null,
): Promise<string> {
  const options = {
    env: { PATH: process.env['PATH'] ?? '', HOME: '/', ...env },
    maxBuffer: OUTPUT_LIMIT_BYTES,
    cwd: '/',
    ...(account ?? {}),
  };
  return new Promise((resolve, reject) => {
    execFile(path.join(SCRIPTS, name), args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout.trim());
      else reject(new Error(`scripts/${name} failed (${String(error.code)}): ${stderr.trim()}`, { cause: error }));
    });
  });
}
