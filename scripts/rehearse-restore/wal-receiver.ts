import { spawn } from 'node:child_process';
import path from 'node:path';
import { findBinary, type Account } from '../servers/machine.ts';

const SCRIPT = path.resolve(import.meta.dirname, '../backup/postgres');

export interface WalReceiver {
  /** Ends it, in good order. */
  readonly stop: () => Promise<void>;
}

/** Runs `scripts/backup/postgres receive` until it is stopped, or this process ends. */
export function startWalReceiver(env: Readonly<Record<string, string>>, account: Account | null): WalReceiver {
  const setpriv = findBinary('setpriv');
  const [file, args] =
    setpriv === null ? [SCRIPT, ['receive']] : [setpriv, ['--pdeathsig', 'TERM', '--', SCRIPT, 'receive']];
  const child = spawn(file, args, {
    env: { PATH: process.env['PATH'] ?? '', HOME: '/', ...env },
    stdio: 'ignore',
    cwd: '/',
    ...(account ?? {}),
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('exit', () => resolve());
    child.once('error', reject);
  });
  return {
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
