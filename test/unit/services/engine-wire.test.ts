import { describe, expect, it } from '@jest/globals';
import { Encoder } from 'cbor-x';
import fc from 'fast-check';
import type { Answer, Envelope } from '../../../actors/envelope.ts';
import type { Command, SessionReply } from '../../../actors/messages.ts';
import { END_REASONS } from '../../../lib/ports/playtime-sink.ts';
import { mustUuidKey, type UuidKey } from '../../../lib/uuid.ts';
import { packAnswers, packBatch, unpackAnswers, unpackBatch, WIRE } from '../../../services/engine-wire.ts';

const cbor = new Encoder({ useRecords: false });
const overTheBus = <T>(value: T): T => cbor.decode(cbor.encode(value)) as T;

const key: fc.Arbitrary<UuidKey> = fc.uuid().map(mustUuidKey);
const time = fc.integer({ min: 0, max: 4e12 });
const seq = fc.integer({ min: 1, max: 2 ** 31 - 1 });

const beat = fc.record({
  kind: fc.constantFrom('heartbeat' as const, 'end' as const),
  sessionId: key,
  seq,
  activeMs: fc.option(time),
});
const start = fc.record({
  kind: fc.constant('start' as const),
  sessionId: key,
  gameId: key,
  deviceId: key,
  clientSessionId: fc.option(fc.string()),
  totalMs: time,
  counted: fc.array(fc.tuple(key, time), { maxLength: 3 }),
});
const command: fc.Arbitrary<Command> = fc.oneof(beat, start, fc.constant({ kind: 'held' as const }));
const envelope: fc.Arbitrary<Envelope> = fc.record(
  { user: key, command, deadline: time, trace: fc.string() },
  { requiredKeys: ['user', 'command', 'deadline'] },
);

const sessionReply: fc.Arbitrary<SessionReply> = fc.record({
  kind: fc.constant('session' as const),
  outcome: fc.constantFrom('started' as const, 'resumed' as const, 'accepted' as const, 'ignored' as const),
  superseded: fc.option(key),
  session: fc.record({
    sessionId: key,
    gameId: key,
    deviceId: key,
    startedAt: time,
    lastBeatAt: time,
    seq,
    creditedMs: time,
    firstDay: fc.nat(40_000),
    msByDay: fc.array(time, { minLength: 1, maxLength: 3 }),
    totalMs: time,
    ended: fc.option(fc.record({ at: time, reason: fc.constantFrom(...END_REASONS) })),
    endsAt: fc.option(time),
  }),
});
const answer: fc.Arbitrary<Answer> = fc.oneof(
  sessionReply.map((reply) => ({ kind: 'reply' as const, reply })),
  fc.constant({ kind: 'reply' as const, reply: { kind: 'done' as const } }),
  fc.record({ kind: fc.constant('not_owner' as const), owner: fc.option(fc.string()) }),
  fc.constant({ kind: 'loading' as const }),
  fc.constant({ kind: 'expired' as const }),
);

describe('the wire of engine batches', () => {
  it('brings every envelope across as it was', () => {
    fc.assert(
      fc.property(fc.array(envelope), fc.array(fc.string()), (envelopes, suspects) => {
        expect(unpackBatch(overTheBus(packBatch(envelopes, suspects, WIRE.newest)))).toEqual({ envelopes, suspects });
      }),
    );
  });

  it('carries a trace behind everything else, where releases that know none do not look, and nothing where there is none', () => {
    fc.assert(
      fc.property(envelope, fc.string(), ({ user, command: asked, deadline }, trace) => {
        const [plain] = packBatch([{ user, command: asked, deadline }], [], WIRE.newest).e;
        const [traced] = packBatch([{ user, command: asked, deadline, trace }], [], WIRE.newest).e;
        expect(traced).toEqual([...(plain ?? []), trace]);
      }),
    );
  });

  it('brings every answer back as it was', () => {
    fc.assert(
      fc.property(fc.array(answer), (answers) => {
        expect(unpackAnswers(overTheBus(packAnswers(answers)))).toEqual(answers);
      }),
    );
  });

  it('refuses a batch of another version instead of guessing at it', () => {
    expect(() => unpackBatch(packBatch([], [], 99))).toThrow('a batch has wire version 99, this node reads');
  });
});
