import type { ServiceBroker } from 'moleculer';
import type { OperatorContext } from '../services/operator-command.ts';
import type { OperatorTerminal } from '../services/operator-run.ts';
import type { Clock } from '../lib/ports/clock.ts';

export interface MadeUpCall {
  readonly action: string;
  readonly params: Record<string, unknown>;
  readonly nodeID: string | undefined;
}

/** A cluster as a command sees it: nodes by their services, and what their actions answer. */
export function madeUpCluster(
  services: Readonly<Record<string, readonly string[]>>,
  answer: (call: MadeUpCall) => unknown,
) {
  const calls: MadeUpCall[] = [];
  const broker = {
    registry: {
      getServiceList: () =>
        Object.entries(services).flatMap(([nodeID, names]) => names.map((name) => ({ name, nodeID }))),
    },
    async call(action: string, params: Record<string, unknown> = {}, options: { nodeID?: string } = {}) {
      const call = { action, params, nodeID: options.nodeID };
      calls.push(call);
      return answer(call);
    },
  } as unknown as ServiceBroker;
  const timers: (() => void)[] = [];
  let waits = Promise.withResolvers<void>();
  let quick = false;
  let now = 1_000_000;
  const clock: Clock = {
    now: () => now,
    after(ms, callback) {
      const ring = (): void => {
        now += ms;
        callback();
      };
      if (quick) setImmediate(ring);
      else timers.push(ring);
      waits.resolve();
      return () => void timers.splice(timers.indexOf(ring), 1);
    },
  };
  const context: OperatorContext = { broker, clock, operator: 'jo@desk' };
  return {
    calls,
    context,
    /** Lets the next timer ring, once there is one. */
    async ring(this: void): Promise<void> {
      await waits.promise;
      waits = Promise.withResolvers();
      timers.shift()?.();
    },
    /** From here on every timer rings at once. */
    hurry(this: void): void {
      quick = true;
    },
  };
}

/** A terminal that keeps what it is shown. */
export function keptTerminal() {
  const shown: unknown[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const terminal: OperatorTerminal = { show: (result) => void shown.push(result), enough: () => promise };
  return { shown, terminal, press: resolve };
}
