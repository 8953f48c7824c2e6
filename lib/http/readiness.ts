import type { Clock } from '../ports/clock.ts';

/** Resolves when the dependency answers, rejects otherwise. */
export type Probe = () => Promise<void>;

export interface ReadinessReport {
  readonly status: 'ready' | 'unready';
  readonly draining: boolean;
  /** `ok`, or in one word why not: addresses and messages of dependencies are nobody's business outside. */
  readonly dependencies: Readonly<Record<string, 'ok' | 'failing' | 'timeout'>>;
}

const PROBE_TIMEOUT_MS = 1000;

/** Whether this node should be sent requests: everything it cannot do without answers, and it is not leaving. */
export class Readiness {
  readonly #probes: Readonly<Record<string, Probe>>;
  readonly #clock: Clock;
  readonly #dispensable: readonly string[];
  #draining = false;

  /** @param dispensable dependencies that are reported, but that a node is ready without */
  constructor(probes: Readonly<Record<string, Probe>>, clock: Clock, dispensable: readonly string[] = []) {
    this.#probes = probes;
    this.#clock = clock;
    this.#dispensable = dispensable;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** From here on the node reports unready; there is no way back. */
  drain(): void {
    this.#draining = true;
  }

  async report(): Promise<ReadinessReport> {
    const states = await Promise.all(
      Object.entries(this.#probes).map(async ([name, probe]) => [name, await this.#state(probe)] as const),
    );
    const works = states.every(([name, state]) => state === 'ok' || this.#dispensable.includes(name));
    const ready = !this.#draining && works;
    return { status: ready ? 'ready' : 'unready', draining: this.#draining, dependencies: Object.fromEntries(states) };
  }

  async #state(probe: Probe): Promise<'ok' | 'failing' | 'timeout'> {
    let cancel = (): void => {};
    const timeout = new Promise<'timeout'>((resolve) => {
      cancel = this.#clock.after(PROBE_TIMEOUT_MS, () => resolve('timeout'));
    });
    const answer = Promise.resolve()
      .then(probe)
      .then(
        () => 'ok' as const,
        () => 'failing' as const,
      );
    try {
      return await Promise.race([answer, timeout]);
    } finally {
      cancel();
    }
  }
}
