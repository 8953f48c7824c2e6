import { execFile, spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { unprivilegedAccount } from '../../scripts/servers/machine.ts';

const READY_MS = 120_000;
const PAUSE_MS = 100;
const run = promisify(execFile);

/** What the image runs, as a container would: its command, only these variables, and nobody's rights. */
export class ImageProcess {
  readonly #child: ReturnType<typeof spawn>;
  readonly #place: { readonly cwd: string; readonly env: NodeJS.ProcessEnv };
  readonly #exited: Promise<number | NodeJS.Signals | null>;
  #output = '';
  #ended = false;

  constructor(cwd: string, command: readonly string[], env: Readonly<Record<string, string>>) {
    const account = unprivilegedAccount();
    this.#place = { cwd, env: { PATH: process.env['PATH'], ...env } };
    this.#child = spawn(process.execPath, command.slice(1), {
      ...this.#place,
      ...(account ?? {}),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (part: Buffer) => (this.#output += part.toString()));
    }
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        this.#ended = true;
        resolve(signal ?? code);
      });
    });
  }

  /** Everything on its terminal. */
  get output(): string {
    return this.#output;
  }

  /** Resolves when the readiness probe is answered with yes, and so is the image's own question for its health. */
  async ready(): Promise<void> {
    const giveUpAt = Date.now() + READY_MS;
    const probe = `http://127.0.0.1:${this.#place.env['METRICS_PORT']}/health/ready`;
    while (!this.#ended && Date.now() < giveUpAt) {
      const ready = await fetch(probe).then(
        ({ ok }) => ok,
        () => false,
      );
      if (ready) return void (await run(process.execPath, ['scripts/ask-health.ts', 'ready'], this.#place));
      await pause(PAUSE_MS);
    }
    throw new Error(`not ready within ${READY_MS} ms:\n${this.#output.slice(-3_000)}`);
  }

  /** Resolves with how it ended: its exit status, or the signal that it had no listener for. */
  exited(): Promise<number | NodeJS.Signals | null> {
    return this.#exited;
  }

  /** As Kubernetes does: SIGTERM, and SIGKILL when the grace is over. Resolves with how it ended. */
  async stop(graceSeconds: number): Promise<number | NodeJS.Signals | null> {
    if (this.#ended) return this.#exited;
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), graceSeconds * 1_000);
    const end = await this.#exited;
    clearTimeout(timer);
    return end;
  }
}

/** The command of the Dockerfile's last stage. */
export function imageCommand(dockerfile: string): readonly string[] {
  const command = [...dockerfile.matchAll(/^CMD (\[.*serve\.ts.*\])$/gm)].at(-1)?.[1];
  if (command === undefined) throw new Error('the Dockerfile does not say what the image runs');
  return JSON.parse(command) as string[];
}
