import type { Answer, Envelope, Transport } from '../../actors/envelope.ts';
import type { ShardHost } from '../../actors/shard-host.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface Endpoint {
  readonly process: SimulatedProcess;
  readonly host: ShardHost;
}

/** What can go wrong with a message between two processes, as probabilities. */
export interface NetworkFaults {
  lost: number;
  duplicated: number;
  /** Arrives long after the messages that were sent next. */
  slow: number;
}

export const CALM: Readonly<NetworkFaults> = Object.freeze({ lost: 0, duplicated: 0, slow: 0 });

/** Messages between gateways and engine nodes, and among engine nodes. */
export class SimulatedNetwork {
  faults: NetworkFaults = { ...CALM };
  /** Directed: `from>to` for each way that is cut. */
  readonly cuts = new Set<string>();
  readonly #time: VirtualTime;
  readonly #random: SeededRandom;
  readonly #nodes: ReadonlyMap<string, Endpoint>;

  constructor(time: VirtualTime, random: SeededRandom, nodes: ReadonlyMap<string, Endpoint>) {
    this.#time = time;
    this.#random = random;
    this.#nodes = nodes;
  }

  /** The network as one gateway sees it. */
  transport(gateway: SimulatedProcess): Transport {
    return {
      deliver: (node, envelopes, suspects, timeoutMs) =>
        new Promise<readonly Answer[]>((resolve, reject) => {
          const giveUp = gateway.clock.after(timeoutMs, () => reject(new Error(`${node} does not answer`)));
          const arrive = (answers: readonly Answer[]): void => {
            giveUp();
            gateway.run(() => resolve(answers));
          };
          this.#post(gateway.name, node, () => this.#receive(gateway.name, node, envelopes, suspects, arrive));
        }),
    };
  }

  /** Tells the node of that name something, if it is there. */
  tell(from: string, node: string, message: (host: ShardHost) => void): void {
    this.#post(from, node, () => {
      const receiver = this.#nodes.get(node);
      receiver?.process.run(() => message(receiver.host));
    });
  }

  #receive(
    gateway: string,
    node: string,
    envelopes: readonly Envelope[],
    suspects: readonly string[],
    arrive: (answers: readonly Answer[]) => void,
  ): void {
    const receiver = this.#nodes.get(node);
    receiver?.process.run(() => {
      void receiver.host
        .deliver(envelopes, suspects)
        .then((answers) => this.#post(node, gateway, () => arrive(answers)));
    });
  }

  #post(from: string, to: string, arrive: () => void): void {
    if (this.cuts.has(`${from}>${to}`) || this.#random.chance(this.faults.lost)) return;
    const copies = this.#random.chance(this.faults.duplicated) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const slow = this.#random.chance(this.faults.slow);
      this.#time.after(slow ? this.#random.between(100, 4_000) : this.#random.between(0, 8), arrive);
    }
  }
}
