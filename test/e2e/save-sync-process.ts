import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';

const PROGRAM = path.resolve(import.meta.dirname, '../../scripts/save-sync.ts');

/** One run of `npm run save-sync`, without a terminal. */
export class SaveSyncProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #output = '';
  #waiting: { readonly text: string; readonly found: () => void } | null = null;

  constructor(options: readonly string[]) {
    const child = spawn(process.execPath, [PROGRAM, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => this.#add(text));
    this.#ended = new Promise((resolve) => child.once('close', (code) => resolve(code)));
  }

  #add(text: string): void {
    this.#output += text;
    if (this.#waiting !== null && this.#output.includes(this.#waiting.text)) this.#waiting.found();
  }

  /** Resolves when it printed this after what was waited for before. */
  async printed(text: string): Promise<void> {
    if (!this.#output.includes(text)) await new Promise<void>((found) => (this.#waiting = { text, found }));
    this.#output = this.#output.slice(this.#output.indexOf(text) + text.length);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Its exit status and what it printed; null: a signal ended it. */
  async end(): Promise<{ readonly code: number | null; readonly output: string }> {
    const code = await this.#ended;
    return { code, output: this.#output };
  }
}
