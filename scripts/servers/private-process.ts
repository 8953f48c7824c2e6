import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findBinary, type Account } from './machine.ts';

const START_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 10_000;
const PROBE_PAUSE_MS = 20;

export interface ProcessSpec {
  readonly command: string;
  readonly args: readonly string[];
  /** Holds everything the server writes; removed when it is discarded. */
  readonly folder: string;
  readonly account: Account | null;
  /** Asks the server to end in good order. */
  readonly stopSignal: NodeJS.Signals;
  /** Resolves when the server serves. */
  readonly ready: () => Promise<unknown>;
}

/**
 * A server process of our own, on one port and one data folder for its whole life, which may end and start again.
 *
 * It never outlives us: it is ended when this process exits, and on Linux the kernel ends it even when this process is
 * killed. A program that wants its folder removed on Ctrl-C turns SIGINT and SIGTERM into `process.exit()`.
 */
export class PrivateProcess {
  readonly #spec: ProcessSpec;
  readonly #onExit = () => this.#abandon();
  #child: ChildProcess | null = null;

  constructor(spec: ProcessSpec) {
    this.#spec = spec;
    process.on('exit', this.#onExit);
  }

  /** The process id, or null while the server is down. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** What the server wrote to its terminal, over all its lives. */
  get log(): string {
    return readFileSync(this.#logPath, 'utf8');
  }

  get #logPath(): string {
    return join(this.#spec.folder, 'log');
  }

  /** Starts the server on its port and data; resolves when it serves. */
  async start(): Promise<void> {
    const giveUpAt = Date.now() + START_LIMIT_MS;
    while (Date.now() < giveUpAt) {
      const child = this.#child ?? (this.#child = this.#spawn());
      const serves = await this.#spec.ready().then(
        () => true,
        () => false,
      );
      if (serves && this.#child === child) return;
      // It may have ended by itself: what a killed predecessor held (port, shared memory) is freed only after a moment.
      await pause(PROBE_PAUSE_MS);
    }
    const log = this.log;
    await this.kill('SIGKILL');
    throw new Error(`${this.#spec.command} did not serve within ${START_LIMIT_MS} ms:\n${log.slice(-2000)}`);
  }

  /** Ends the server in good order and starts it again. */
  async restart(): Promise<void> {
    await this.end();
    await this.start();
  }

  /** Ends the server in good order; its data stay. */
  async end(): Promise<void> {
    if (!(await this.#signalAndWait(this.#spec.stopSignal, STOP_LIMIT_MS))) await this.kill('SIGKILL');
  }

  /**
   * Sends a signal to the server and the processes it started. Resolves when the server is gone, except for SIGSTOP
   * and SIGCONT: after those it resolves at once.
   */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const pid = this.pid;
    if (pid === null) return;
    const family = [pid, ...descendants(pid)];
    if (signal === 'SIGSTOP' || signal === 'SIGCONT') {
      for (const member of family) trySignal(member, signal);
      return;
    }
    for (const member of family.slice(1)) trySignal(member, signal);
    if (!(await this.#signalAndWait(signal, STOP_LIMIT_MS))) {
      throw new Error(`${this.#spec.command} (process ${pid}) outlived ${signal}`);
    }
  }

  /** Ends the server and removes its folder. */
  async discard(): Promise<void> {
    await this.kill('SIGCONT');
    await this.end();
    process.off('exit', this.#onExit);
    this.#removeFolder();
  }

  #spawn(): ChildProcess {
    const { command, args, folder, account } = this.#spec;
    const log = openSync(this.#logPath, 'a');
    const setpriv = findBinary('setpriv');
    const [file, fileArgs] =
      setpriv === null ? [command, args] : [setpriv, ['--pdeathsig', 'KILL', '--', command, ...args]];
    const child = spawn(file, fileArgs, {
      cwd: folder,
      // A group of its own: Ctrl-C in the terminal is for us, and we end the server when nobody needs it any more.
      detached: true,
      stdio: ['ignore', log, log],
      ...(account ?? {}),
    });
    closeSync(log);
    child.unref();
    child.once('exit', () => {
      if (this.#child === child) this.#child = null;
    });
    child.once('error', (error) => {
      throw error;
    });
    return child;
  }

  /** Resolves with whether the process is gone. */
  async #signalAndWait(signal: NodeJS.Signals, limitMs: number): Promise<boolean> {
    const child = this.#child;
    if (child === null) return true;
    child.ref();
    const gone = new Promise<boolean>((resolve) => child.once('exit', () => resolve(true)));
    child.kill(signal);
    const stopWaiting = new AbortController();
    const limit = pause(limitMs, false, { signal: stopWaiting.signal }).catch(() => false);
    const ended = await Promise.race([gone, limit]);
    stopWaiting.abort();
    return ended;
  }

  #abandon(): void {
    const pid = this.pid;
    if (pid !== null) for (const member of [pid, ...descendants(pid)]) trySignal(member, 'SIGKILL');
    this.#removeFolder();
  }

  #removeFolder(): void {
    // The server's children may still be writing their last words: try again for a while.
    rmSync(this.#spec.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}

function trySignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already, which is what most signals ask for.
  }
}

/** The processes that `pid` started, as far as the system tells (Linux). */
function descendants(pid: number): number[] {
  let listed: string;
  try {
    listed = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  } catch {
    return [];
  }
  const children = listed.split(' ').filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}
