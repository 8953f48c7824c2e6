import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { Admin } from '@platformatic/kafka';
import { KafkaEventBus } from '../../../lib/kafka/kafka-event-bus.ts';
import type { KafkaSettings } from '../../../lib/kafka/kafka-settings.ts';
import { byKey, freshName, outgoing, Recorder } from '../../contract/event-bus.fixtures.ts';
import { describeWithServer } from '../../servers.ts';

const SLOW = 60_000;

/** Members of one group that all stop while the group is still dealing out; ends when nothing of them is left. */
const STOPS_AMID_REBALANCES = `
  const { KafkaEventBus } = await import(${JSON.stringify(join(import.meta.dirname, '../../../lib/kafka/kafka-event-bus.ts'))});
  const [settings, group, topic] = process.argv.slice(1).map((argument) => JSON.parse(argument));
  const quiet = { retrying() {}, deadLettered() {}, failed() {} };
  const retry = { maxAttempts: null, firstPauseMs: 1, maxPauseMs: 1 };
  for (let round = 0; round < 15; round += 1) {
    const buses = [1, 2, 3].map(() => new KafkaEventBus(settings, { sessionTimeoutMs: 2000, heartbeatMs: 20 }));
    const members = [];
    for (const bus of buses) {
      members.push(await bus.subscribe({ group, topics: [topic], handle: async () => undefined, retry, events: quiet }));
    }
    await Promise.all(members.map((member) => member.stop()));
    await Promise.all(buses.map((bus) => bus.close()));
  }
`;

describeWithServer('Kafka', 'a member of a Kafka group', (address) => {
  let settings: KafkaSettings;
  let bus: KafkaEventBus;

  beforeAll(() => {
    settings = {
      brokers: address.split(','),
      clientId: 'membership',
      tls: null,
      sasl: null,
      newTopics: { partitions: 1, replication: null },
    };
    bus = new KafkaEventBus(settings, { sessionTimeoutMs: 2000, heartbeatMs: 100, fetchWaitMs: 50 });
  });
  afterAll(() => bus.close(), SLOW);
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  }, SLOW);

  it(
    'hears also of partitions that a topic is given later',
    async () => {
      const topic = freshName('growing');
      await bus.ensureTopics([topic]);
      const recorder = new Recorder();
      const member = await recorder.join(bus, freshName('group'), [topic]);
      ends.push(() => member.stop());
      await bus.publish([outgoing(topic, 'k', 'before')]);
      await recorder.count(1);
      const admin = new Admin({ clientId: 'grow', bootstrapBrokers: address.split(',') });
      const [broker = 0] = [...(await admin.metadata({})).brokers.keys()];
      const assignments = Array.from({ length: 3 }, () => ({ brokerIds: [broker] }));
      await admin.createPartitions({ topics: [{ name: topic, count: 4, assignments }] });
      await admin.close();
      const other = new KafkaEventBus(settings);
      ends.push(() => other.close());
      await other.publish(Array.from({ length: 40 }, (_, n) => outgoing(topic, `k${n}`, `${n}`)));
      await recorder.count(41);
      expect(new Set(recorder.handled.map(({ partition }) => partition)).size).toBe(4);
    },
    SLOW,
  );

  it(
    'that was frozen past its session begins nothing more of what others have, and comes back',
    async () => {
      const topic = freshName('frozen');
      const group = freshName('group');
      await bus.ensureTopics([topic]);
      const values = Array.from({ length: 30 }, (_, n) => `${n}`);
      // It waits with the fifth message for ever, and has committed none.
      const program = join(import.meta.dirname, '../../contract/event-bus.dying-member.ts');
      const child = spawn(process.execPath, [program, address, group, topic, '4'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      ends.push(() => child.kill('SIGKILL'));
      const printed: string[] = [];
      let four: () => void = () => undefined;
      const handledFour = new Promise<void>((resolve) => (four = resolve));
      createInterface({ input: child.stdout }).on('line', (line) => {
        printed.push(line);
        if (printed.length === 4) four();
      });
      await bus.publish(values.map((value) => outgoing(topic, 'k', value)));
      await handledFour;
      child.kill('SIGSTOP');
      const recorder = new Recorder();
      const member = await recorder.join(bus, group, [topic]);
      ends.push(() => member.stop());
      await recorder.count(30);
      child.kill('SIGCONT');
      // Time for it to come back, and for the group to be dealt out anew.
      await pause(3000);
      await bus.publish([outgoing(topic, 'k', '30')]);
      await Promise.race([recorder.until(() => recorder.values.includes('30')), pause(5000)]);
      expect(printed.slice(0, 4)).toEqual(['0', '1', '2', '3']);
      expect(printed.slice(4)).toEqual([]);
      expect([...new Set(byKey(recorder.handled).get('k'))].slice(0, 30)).toEqual(values);
    },
    SLOW,
  );

  it(
    'leaves nothing running when it stops in the middle of a rebalance',
    async () => {
      const topic = freshName('stopping');
      await bus.ensureTopics([topic]);
      const given = [settings, freshName('group'), topic].map((argument) => JSON.stringify(argument));
      const child = spawn(process.execPath, ['--input-type=module', '--eval', STOPS_AMID_REBALANCES, '--', ...given], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      ends.push(() => child.kill('SIGKILL'));
      expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
    },
    SLOW,
  );
});
