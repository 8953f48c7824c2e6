import { describe, expect, it } from '@jest/globals';
import { CloudEvent, Kafka } from 'cloudevents';
import fc from 'fast-check';
import { EVENT_SOURCE, outgoingEvent } from '../../../../lib/events/cloud-event.ts';

describe('an event on its way out', () => {
  it('is byte by byte what the CloudEvents SDK makes of it, whatever its data are', () => {
    const rows = fc.record({
      event_number: fc.nat(),
      event_id: fc.uuid(),
      user_id: fc.uuid(),
      event_type: fc.constantFrom('library.game.added', 'library.playtime.updated'),
      occurred_at: fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
      data: fc.dictionary(fc.string(), fc.jsonValue()),
    });
    fc.assert(
      fc.property(rows, (row) => {
        const event = new CloudEvent({
          id: row.event_id,
          source: EVENT_SOURCE,
          type: row.event_type,
          time: row.occurred_at.toISOString(),
          subject: row.user_id,
          partitionkey: row.user_id,
          datacontenttype: 'application/json',
          data: row.data,
        });
        const { value, headers } = Kafka.structured(event);
        const { topic, ...sent } = outgoingEvent(row);
        expect(sent).toEqual({ key: row.user_id, value, headers });
        expect(topic).toBe(row.event_type === 'library.game.added' ? 'library-events' : 'playtime-events');
      }),
    );
  });
});
