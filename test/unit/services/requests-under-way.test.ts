import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ServiceBroker } from 'moleculer';
import { requestsUnderWay } from '../../../services/requests-under-way.ts';

let caller: ServiceBroker;
let callee: ServiceBroker;
let asked: Promise<void>;
let answer: (value: unknown) => void;
/** Resolves when the callee has told that its services are gone, and would end its connection. */
let left: Promise<void>;

async function start(patienceMs: number): Promise<void> {
  const options = {
    transporter: 'Fake' as const,
    logger: false as const,
    namespace: `under-way-${process.hrtime.bigint()}`,
  };
  caller = new ServiceBroker({ ...options, nodeID: 'caller' });
  const middlewares = [requestsUnderWay(patienceMs), { stopping: () => Promise.resolve(leaving()) }];
  callee = new ServiceBroker({ ...options, nodeID: 'callee', middlewares, registry: { stopDelay: 0 } });
  let leaving = (): void => undefined;
  left = new Promise((resolve) => (leaving = resolve));
  let arrived = (): void => undefined;
  asked = new Promise((resolve) => (arrived = resolve));
  const promised = new Promise((resolve) => (answer = resolve));
  callee.createService({
    name: 'slow',
    actions: {
      ask() {
        arrived();
        return promised;
      },
    },
  });
  await Promise.all([caller.start(), callee.start()]);
  await caller.waitForServices('slow');
}

beforeEach(() => start(60_000));
afterEach(() => caller.stop());

it('lets a node leave when what it was asked before is answered', async () => {
  const reply = caller.call('slow.ask');
  await asked;
  const stopping = callee.stop();
  await left;
  answer('late, but there');
  expect(await reply).toBe('late, but there');
  await stopping;
});

it('lets a stream come to its end', async () => {
  const reply = caller.call<Readable, object>('slow.ask', {});
  await asked;
  const lines = new Readable({ read: () => undefined });
  answer(lines);
  const stream = await reply;
  const stopping = callee.stop();
  await left;
  lines.push('last line');
  lines.push(null);
  const text: string[] = [];
  for await (const chunk of stream) text.push(String(chunk));
  expect(text.join('')).toBe('last line');
  await stopping;
});

it('waits no longer than anybody would', async () => {
  await caller.stop();
  await callee.stop();
  await start(20);
  const reply = caller.call('slow.ask');
  await asked;
  await callee.stop();
  await expect(reply).rejects.toThrow('rejected');
  answer('nobody hears it');
});
