import { beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { PoisonMessage } from '../../../lib/ports/event-bus.ts';
import type { SessionRow } from '../../../lib/ports/playtime-sink.ts';
import { incomingEvent } from '../../../lib/events/cloud-event.ts';
import { emit } from '../../../lib/events/emit.ts';
import { OutboxRelay, RELAY_DEFAULTS } from '../../../lib/events/outbox-relay.ts';
import { postgresOutbox } from '../../../lib/events/outbox.ts';
import { OUTBOX_LANES } from '../../../lib/events/lane.ts';
import { postgresPlaytimeSink } from '../../../lib/playtime/postgres-playtime-sink.ts';
import { systemClock } from '../../../lib/ports/clock.ts';
import type { IncomingMessage, OutgoingMessage } from '../../../lib/ports/event-bus.ts';
import { below, within } from '../../../lib/telemetry/tracing/current.ts';
import { receiving, sending } from '../../../lib/telemetry/tracing/messages.ts';
import { mustUuidKey } from '../../../lib/uuid.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';
import { family, recordedTracing, TRACE_ID, type RecordedTracing } from '../../recorded-spans.ts';

const GAME = '00000000-0000-7000-8000-0000000a0001';

describe('events of a request whose way is told', () => {
  let recorded: RecordedTracing;
  beforeEach(() => {
    recorded = recordedTracing();
  });

  onEachDatabase('in the outbox', (database) => {
    const added = (userId: string) =>
      ({
        type: 'library.game.removed',
        data: { user_id: userId, game_id: GAME, reason: 'refunded' },
      }) as Parameters<typeof emit>[2][number];
    const tracesOf = async (userId: string) => {
      const { rows } = await sql<{ event_type: string; traceparent: string | null }>`
        SELECT event_type, traceparent FROM outbox_events WHERE user_id = ${userId} ORDER BY event_number`.execute(
        database().db,
      );
      return rows;
    };
    const emitted = (userId: string): Promise<void> =>
      database()
        .db.transaction()
        .execute((transaction) => emit(transaction, TEST_NOW, [added(userId)]));
    const ended = (userId: string): SessionRow => ({
      sessionId: mustUuidKey(uuidv7()),
      userId: mustUuidKey(userId),
      gameId: mustUuidKey(GAME),
      deviceId: mustUuidKey(uuidv7()),
      clientSessionId: null,
      startedAt: TEST_NOW - 60_000,
      lastBeatAt: TEST_NOW,
      seq: 2,
      ended: { at: TEST_NOW, reason: 'ended' },
      rev: 3,
      firstDay: Math.floor(TEST_NOW / 86_400_000),
      msByDay: [60_000],
    });

    it('go back to it', async () => {
      const userId = uuidv7();
      const request = recorded.request();
      await below(request, () => emitted(userId));
      expect(await tracesOf(userId)).toEqual([
        { event_type: 'library.game.removed', traceparent: request.traceparent },
      ]);
    });

    it('go back to nothing where it is not told', async () => {
      const [nobody, silent] = [uuidv7(), uuidv7()];
      await emitted(nobody);
      await within({ traceId: TRACE_ID, traceparent: '', span: null }, () => emitted(silent));
      expect([...(await tracesOf(nobody)), ...(await tracesOf(silent))].map(({ traceparent }) => traceparent)).toEqual([
        ...[null, null],
      ]);
    });

    it('go back to their own, of a flush that has several', async () => {
      const [one, other, third] = [uuidv7(), uuidv7(), uuidv7()];
      const traces = new Map([
        [mustUuidKey(one), `00-${'1'.repeat(32)}-${'1'.repeat(16)}-01`],
        [mustUuidKey(third), `00-${'3'.repeat(32)}-${'3'.repeat(16)}-01`],
      ]);
      await postgresPlaytimeSink(database().executor).flush([ended(one), ended(other), ended(third)], traces);
      for (const userId of [one, other, third]) {
        const rows = await tracesOf(userId);
        expect(rows.map(({ event_type }) => event_type)).toEqual([
          'library.playtime.session.started',
          'library.playtime.updated',
          'library.playtime.session.ended',
        ]);
        expect(new Set(rows.map(({ traceparent }) => traceparent))).toEqual(
          new Set([traces.get(mustUuidKey(userId)) ?? null]),
        );
      }
    });

    it('carry it over the bus to whoever takes them in, each in a step below the change', async () => {
      const userId = uuidv7();
      const request = recorded.request();
      await below(request, () => emitted(userId));
      const published = await carried(userId);
      const message: IncomingMessage = { ...published, partition: 3, offset: 17, timestamp: TEST_NOW };
      const event = incomingEvent(message);
      await receiving(recorded.tracing, 'kafka')({ ...message, ...event }, () => emitted(userId));
      request.end();

      const spans = await recorded.spans();
      expect(event.traceparent).toBe(request.traceparent);
      expect(family(spans)).toEqual(
        expect.arrayContaining([
          'INSERT outbox_events < request',
          'send library-events < request',
          'process library-events < request',
          'INSERT outbox_events < process library-events',
        ]),
      );
      const text = JSON.stringify(spans.map(({ name, attributes }) => ({ name, attributes })));
      expect(text).not.toContain(userId);
    });

    it('say which error ended the step of a message, but not in its words', async () => {
      const received = receiving(recorded.tracing, 'kafka');
      const request = recorded.request();
      const event = {
        id: '1',
        type: 'a.b',
        topic: 'library-events',
        partition: 0,
        offset: 1,
        traceparent: request.traceparent,
      };
      await expect(received(event, () => Promise.reject(new PoisonMessage('user 7 is wrong')))).rejects.toThrow();
      await expect(
        received(event, () => database().db.executeQuery(sql`SELECT 1 / 0`.compile(database().db))),
      ).rejects.toThrow();
      const spans = await recorded.spans();
      expect(spans.map(({ name, attributes, status }) => [name, attributes['error.type'], status])).toEqual([
        ['process library-events', 'PoisonMessage', { code: 2 }],
        ['SELECT', '22012', { code: 2 }],
        ['process library-events', '22012', { code: 2 }],
      ]);
    });

    /** What the relay makes of the user's one event. */
    function carried(userId: string): Promise<OutgoingMessage> {
      return new Promise((resolve, reject) => {
        const relay = new OutboxRelay(
          postgresOutbox(database().executor, 'test'),
          {
            publish: (messages) => {
              const message = messages.find(({ key }) => key === userId);
              if (message !== undefined) void Promise.resolve().then(() => relay.stop().then(() => resolve(message)));
              return Promise.resolve();
            },
          },
          systemClock(),
          { ...RELAY_DEFAULTS, random: Math.random },
          {
            sending: sending(recorded.tracing, 'kafka'),
            carried: () => undefined,
            relayed: () => undefined,
            failed: reject,
          },
        );
        relay.setLanes(Array.from({ length: OUTBOX_LANES }, (_, lane) => lane));
        relay.start();
      });
    }
  });
});
