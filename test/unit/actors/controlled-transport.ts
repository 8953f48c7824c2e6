import type { Answer, Envelope, Transport } from '../../../actors/envelope.ts';
import type { Reply } from '../../../actors/messages.ts';
import type { VirtualTime } from '../../simulation/virtual-time.ts';

/** A batch under way, answered by the test. */
export interface Delivery {
  readonly node: string;
  readonly envelopes: readonly Envelope[];
  readonly suspects: readonly string[];
  readonly timeoutMs: number;
  /** Answers every envelope alike. */
  readonly answer: (answer: Answer) => void;
  /** Answers one by one. */
  readonly answers: (answers: readonly Answer[]) => void;
}

export const DONE: Reply = { kind: 'done' };
export const SERVED: Answer = { kind: 'reply', reply: DONE };

/** A transport whose answers the test gives; what it does not answer is rejected when its time is over. */
export class ControlledTransport implements Transport {
  /** Delivered and not answered yet. */
  readonly underway: Delivery[] = [];
  /** What nodes answer by themselves from now on. */
  readonly automatic = new Map<string, (envelope: Envelope) => Answer>();
  readonly #time: VirtualTime;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  deliver(
    node: string,
    envelopes: readonly Envelope[],
    suspects: readonly string[],
    timeoutMs: number,
  ): Promise<readonly Answer[]> {
    const automatic = this.automatic.get(node);
    if (automatic) return Promise.resolve(envelopes.map(automatic));
    return new Promise((resolve, reject) => {
      const over = (act: () => void): void => {
        giveUp();
        const at = this.underway.indexOf(delivery);
        if (at >= 0) this.underway.splice(at, 1);
        act();
      };
      const giveUp = this.#time.after(timeoutMs, () => over(() => reject(new Error('no answer in time'))));
      const answers = (given: readonly Answer[]): void => over(() => resolve(given));
      const answer = (given: Answer): void => answers(envelopes.map(() => given));
      const delivery: Delivery = { node, envelopes, suspects, timeoutMs, answer, answers };
      this.underway.push(delivery);
    });
  }

  /** The only delivery under way. */
  get only(): Delivery {
    const [delivery] = this.underway;
    if (!delivery || this.underway.length > 1) throw new Error(`${this.underway.length} deliveries are under way`);
    return delivery;
  }
}
