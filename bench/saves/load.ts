/**
 * A load generator for saves over HTTP/1.1, in a process of its own (`fork`), so that what it costs is seen apart from
 * what it measures. A save is three requests: it is announced upon the last version of its slot, its bytes are sent to the
 * signed URL, and it is confirmed.
 *
 * - `whole`: every connection carries out saves one after another; the disk that takes the bytes is part of it.
 * - `apart`: all devices announce, then all send, then all confirm, and only what the API does is counted: bytes go to a
 *   store, and are its business.
 */
import { build } from 'hdr-histogram-js';
import { Connection } from './connection.ts';
import { Device, Wrong, type Saver } from './device.ts';

export interface SaveOrder {
  readonly way: 'whole' | 'apart';
  readonly port: number;
  /** Below which the API is: `/api/v1/library`. */
  readonly base: string;
  readonly connections: number;
  readonly savers: readonly Saver[];
  readonly saveBytes: number;
  readonly warmUpMs: number;
  /** `apart`: of the counted time. */
  readonly measureMs: number;
}

/** Microseconds. */
export type Latencies = Readonly<Record<'p50' | 'p95' | 'p99', number>>;

export interface SaveReport {
  readonly pairs: number;
  readonly wrong: number;
  readonly firstWrong: string | null;
  /** What was counted. */
  readonly seconds: number;
  readonly announce: Latencies;
  readonly put: Latencies;
  readonly confirm: Latencies;
  /** Processor time that the load generator itself took while counting, seconds. */
  readonly cpuSeconds: number;
  /** The savers after the run. Whatever was begun was finished: what they say is what the service acknowledged. */
  readonly savers: readonly Saver[];
}

/** What the parent hears while it runs: when counting begins and pauses. */
export type LoadMessage = { readonly counting: boolean } | { readonly report: SaveReport };

const STEPS = ['announce', 'put', 'confirm'] as const;
type Step = (typeof STEPS)[number];

class Load {
  readonly #order: SaveOrder;
  readonly #lanes: readonly { readonly connection: Connection; readonly devices: readonly Device[] }[];
  readonly #histograms = new Map(
    STEPS.map((step) => [step, build({ highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: 3 })]),
  );
  readonly #counted = { ms: 0, cpuSeconds: 0, pairs: 0 };
  #counting: { readonly since: number; readonly cpu: NodeJS.CpuUsage } | null = null;
  #wrong = 0;
  #firstWrong: string | null = null;

  constructor(order: SaveOrder) {
    this.#order = order;
    const { connections, savers, port } = order;
    this.#lanes = Array.from({ length: connections }, (_, index) => ({
      connection: new Connection(port),
      devices: savers.filter((_saver, at) => at % connections === index).map((saver) => new Device(saver, order)),
    }));
  }

  async run(): Promise<SaveReport> {
    await (this.#order.way === 'whole' ? this.#whole() : this.#apart());
    for (const { connection } of this.#lanes) connection.close();
    return {
      pairs: this.#counted.pairs,
      wrong: this.#wrong,
      firstWrong: this.#firstWrong,
      seconds: this.#counted.ms / 1_000,
      announce: this.#latencies('announce'),
      put: this.#latencies('put'),
      confirm: this.#latencies('confirm'),
      cpuSeconds: this.#counted.cpuSeconds,
      savers: this.#order.savers,
    };
  }

  async #whole(): Promise<void> {
    const { warmUpMs, measureMs } = this.#order;
    let stopping = false;
    const running = this.#lanes.map(async ({ connection, devices }) => {
      for (let turn = 0; !stopping; turn += 1) {
        const device = devices[turn % devices.length]!;
        for (const step of STEPS) if (!(await this.#step(step, device, connection))) break;
      }
    });
    await pass(warmUpMs);
    this.#count();
    await pass(measureMs);
    this.#pause();
    stopping = true;
    await Promise.all(running);
  }

  async #apart(): Promise<void> {
    const { measureMs } = this.#order;
    for (let cycle = 0; this.#counted.ms < measureMs && this.#wrong === 0; cycle += 1) {
      for (const step of STEPS) {
        const counts = cycle > 0 && step !== 'put';
        if (counts) this.#count();
        await Promise.all(
          this.#lanes.map(async ({ connection, devices }) => {
            for (const device of devices) await this.#step(step, device, connection);
          }),
        );
        if (counts) this.#pause();
      }
    }
  }

  /** Resolves with whether it went right. */
  async #step(step: Step, device: Device, connection: Connection): Promise<boolean> {
    try {
      const micros = await device[step](connection);
      if (this.#counting === null) return true;
      this.#histograms.get(step)?.recordValue(micros);
      if (step === 'confirm') this.#counted.pairs += 1;
      return true;
    } catch (error) {
      // What is wrong is wrong, also while nothing is counted.
      this.#wrong += 1;
      this.#firstWrong ??= error instanceof Wrong ? error.message : String(error);
      return false;
    }
  }

  #count(): void {
    process.send?.({ counting: true } satisfies LoadMessage);
    this.#counting = { since: performance.now(), cpu: process.cpuUsage() };
  }

  #pause(): void {
    if (this.#counting === null) return;
    const { user, system } = process.cpuUsage(this.#counting.cpu);
    this.#counted.ms += performance.now() - this.#counting.since;
    this.#counted.cpuSeconds += (user + system) / 1e6;
    this.#counting = null;
    process.send?.({ counting: false } satisfies LoadMessage);
  }

  #latencies(step: Step): Latencies {
    const at = (percentile: number): number => this.#histograms.get(step)?.getValueAtPercentile(percentile) ?? NaN;
    return { p50: at(50), p95: at(95), p99: at(99) };
  }
}

function pass(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

process.once('message', (order: SaveOrder) => {
  void new Load(order).run().then((report) => {
    process.send?.({ report } satisfies LoadMessage, () => process.disconnect());
  });
});
