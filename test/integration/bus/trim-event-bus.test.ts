import { expect, it } from '@jest/globals';
import { DatabaseEventBus, trimEventBus } from '../../../lib/bus/database-event-bus.ts';
import { deadLetterTopic } from '../../../lib/ports/event-bus.ts';
import { outgoing, Recorder } from '../../contract/event-bus.fixtures.ts';
import { onEachDatabase } from '../../databases.ts';

const LATER = Date.now() + 86_400_000;

onEachDatabase('trimming the embedded event bus', (database) => {
  it('removes what every group has passed, and nothing else', async () => {
    const bus = new DatabaseEventBus(database());
    const [quick, slow] = [new Recorder(), new Recorder()];
    const left = async (topic: string) => (await bus.peek(topic, 10)).map(({ value }) => value);
    await bus.publish(['0', '1'].map((value) => outgoing('passed', 'k', value)));
    await bus.publish([outgoing('unheard', 'k', '0'), outgoing(deadLetterTopic('passed'), 'k', '0')]);
    const first = await quick.join(bus, 'quick', ['passed']);
    const second = await slow.join(bus, 'slow', ['passed']);
    await Promise.all([quick.count(2), slow.count(2)]);
    await first.stop();
    await second.stop();
    const again = await quick.join(bus, 'quick', ['passed']);
    await bus.publish([outgoing('passed', 'k', '2')]);
    await quick.count(3);
    await again.stop();

    expect(await trimEventBus(database().db, LATER, 2 * 86_400_000)).toBe(0);
    expect(await trimEventBus(database().db, LATER, 1000)).toBe(3);
    expect(await left('passed')).toEqual(['2']);
    expect(await left('unheard')).toEqual([]);
    expect(await left(deadLetterTopic('passed'))).toEqual(['0']);

    const rest = await slow.join(bus, 'slow', ['passed']);
    await slow.count(3);
    expect(slow.values).toEqual(['0', '1', '2']);
    await rest.stop();
    await bus.close();
  });
});
