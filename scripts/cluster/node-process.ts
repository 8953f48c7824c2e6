import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';

export interface NodeProcessSpec {
  readonly id: string;
  readonly role: 'engine' | 'domain' | 'gateway';
  readonly env: Readonly<Record<string, string>>;
  readonly logFile?: string;
}

/** What a started process tells its parent. */
export interface ReadyMessage {
  readonly kind: 'ready';
  /** Where its REST API is; null when it is no gateway. */
  readonly url: string | null;
  /** Where its gRPC API is; null when it is no gateway. */
  readonly grpcPort: number | null;
}

/** The folder that holds this release. */
const PRODUCT = path.resolve(import.meta.dirname, '../..');
/**
 * As in `npm start`. With the default of 16 MB half of what the requests under way hold survives into the old generation,
 * and collecting it takes a fifth of a gateway's time.
 */
const NODE_FLAGS = ['--max-semi-space-size=64'];
const START_MS = 60_000;
const STOP_MS = 30_000;

/** One process of the product, that can be killed, frozen and started again under the same name. */
export class NodeProcess {
  readonly id: string;
  readonly role: NodeProcessSpec['role'];
  readonly #spec: NodeProcessSpec;
  #child: ChildProcess | null = null;
  #exited: Promise<void> = Promise.resolve();
  #url: string | null = null;
  #grpcPort: number | null = null;
  #ready = false;
  #ending = false;
  #product = PRODUCT;
  #crashes: string[] = [];

  constructor(spec: NodeProcessSpec) {
    this.id = spec.id;
    this.role = spec.role;
    this.#spec = spec;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  get running(): boolean {
    return this.#child !== null;
  }

  /** The base URL of a gateway. It stays the same over restarts. */
  get url(): string {
    if (this.#url === null) throw new Error(`${this.id} is not a gateway that has started`);
    return this.#url;
  }

  /** The port of a gateway's gRPC API; another one after a restart. */
  get grpcPort(): number {
    if (this.#grpcPort === null) throw new Error(`${this.id} is not a gateway that has started`);
    return this.#grpcPort;
  }

  /** How the process ended since the last call without having been told to, once it served. */
  takeCrashes(): readonly string[] {
    const crashes = this.#crashes;
    this.#crashes = [];
    return crashes;
  }

  /** From its next start on the process runs the release that lies in this folder. */
  use(product: string = PRODUCT): void {
    this.#product = product;
  }

  /** Resolves when the process serves. */
  async start(): Promise<void> {
    if (this.#child) throw new Error(`${this.id} is running already`);
    const { env, logFile } = this.#spec;
    const port = this.#url === null ? {} : { LIBRARY_HTTP_PORT: new URL(this.#url).port };
    const log = logFile === undefined ? 'inherit' : openSync(logFile, 'a');
    const child = spawn(process.execPath, [...NODE_FLAGS, path.join(this.#product, 'scripts/start.ts')], {
      env: { ...process.env, ...env, ...port },
      stdio: ['ignore', log, log, 'ipc'],
    });
    if (typeof log === 'number') closeSync(log);
    this.#child = child;
    this.#ready = false;
    this.#ending = false;
    this.#exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#child = null;
        if (this.#ready && !this.#ending) this.#crashes.push(`${this.id} ended by itself (${signal ?? code})`);
        resolve();
      });
    });
    const { url, grpcPort } = await this.#served(child);
    this.#url = url;
    this.#grpcPort = grpcPort;
    this.#ready = true;
  }

  #served(child: ChildProcess): Promise<ReadyMessage> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error(`${this.id} did not come up within ${START_MS / 1_000} s`));
      }, START_MS);
      child.once('message', (message) => {
        clearTimeout(timer);
        resolve(message as ReadyMessage);
      });
      child.once('exit', (code, signal) => {
        clearTimeout(timer);
        reject(new Error(`${this.id} ended while starting (${signal ?? code})`));
      });
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** As a crash: nothing is drained. Resolves when the process is gone. */
  async kill(): Promise<void> {
    this.#ending = true;
    this.signal('SIGKILL');
    await this.#exited;
  }

  /** In good order: SIGTERM, and SIGKILL only when that does not end it. */
  async stop(): Promise<void> {
    if (!this.#child) return;
    this.#ending = true;
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), STOP_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }
}
