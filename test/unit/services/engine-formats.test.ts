import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ServiceBroker } from 'moleculer';
import { systemClock } from '../../../lib/ports/clock.ts';
import { mustUuidKey } from '../../../lib/uuid.ts';
import { engineFormats, FORMATS, type Formats } from '../../../services/engine-formats.ts';
import { engineTransport } from '../../../services/engine-transport.ts';
import { packAnswers, unpackBatch, WIRE, type PackedBatch } from '../../../services/engine-wire.ts';

const OF_THE_FIRST: Formats = { wire: { oldest: 2, newest: 2 }, snapshots: { oldest: 1, newest: 2 } };
const BEYOND: Formats = { wire: { oldest: 99, newest: 100 }, snapshots: { oldest: 1, newest: 100 } };
const ENVELOPE = {
  user: mustUuidKey('0198c0de-0000-7000-8000-000000000001'),
  deadline: 1,
  command: { kind: 'held' },
} as const;

let brokers: ServiceBroker[] = [];
let here: ServiceBroker;
let namespace: string;
let taken: PackedBatch[];

async function join(nodeID: string): Promise<ServiceBroker> {
  const broker = new ServiceBroker({ nodeID, namespace, transporter: 'Fake', logger: false });
  brokers.push(broker);
  await broker.start();
  return broker;
}

/** An engine node that announces this much. */
async function engine(nodeID: string, metadata: object): Promise<void> {
  const broker = await join(nodeID);
  broker.createService({
    name: 'engine',
    metadata,
    actions: {
      deliver({ params }: { params: PackedBatch }) {
        taken.push(params);
        return packAnswers([{ kind: 'loading' }]);
      },
    },
  });
  await here.waitForServices('engine');
}

beforeEach(async () => {
  namespace = `formats-${process.hrtime.bigint()}`;
  taken = [];
  here = await join('here');
});
afterEach(async () => {
  await Promise.all(brokers.map((broker) => broker.stop()));
  brokers = [];
});

describe('what an engine node announces', () => {
  it('is known to every node', async () => {
    const formatsOf = engineFormats(here);
    expect(formatsOf('engine-1')).toEqual(OF_THE_FIRST);
    await engine('engine-1', { ...BEYOND });
    expect(formatsOf('engine-1')).toEqual(BEYOND);
  });

  it('is what the first release reads where nothing is announced, or nothing that can be understood', async () => {
    await engine('engine-1', { wire: 'all of them', snapshots: { oldest: 1 } });
    expect(engineFormats(here)('engine-1')).toEqual(OF_THE_FIRST);
  });

  it('is of this release what it reads', () => {
    expect(FORMATS.wire).toBe(WIRE);
    expect(FORMATS.snapshots.newest).toBeGreaterThanOrEqual(OF_THE_FIRST.snapshots.newest);
  });
});

describe('a batch for an engine of another release', () => {
  it('is packed in the newest version that both know', async () => {
    await engine('engine-1', { ...FORMATS, wire: { oldest: WIRE.oldest, newest: WIRE.newest + 5 } });
    const answers = await engineTransport(here, systemClock()).deliver('engine-1', [ENVELOPE], [], 5_000);
    expect(answers).toEqual([{ kind: 'loading' }]);
    expect(taken.map(({ v }) => v)).toEqual([WIRE.newest]);
    expect(taken.map((batch) => unpackBatch(batch).envelopes)).toEqual([[ENVELOPE]]);
  });

  it('is not sent when they have none in common', async () => {
    await engine('engine-1', { ...BEYOND });
    const delivery = engineTransport(here, systemClock()).deliver('engine-1', [ENVELOPE], [], 5_000);
    await expect(delivery).rejects.toThrow('the engine reads wire versions 99 to 100, this node speaks none of them');
    expect(taken).toEqual([]);
  });
});
