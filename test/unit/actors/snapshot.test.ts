import { describe, expect, it } from '@jest/globals';
import { Encoder } from 'cbor-x';
import fc from 'fast-check';
import { copiesOf, NO_COPIES } from '../../../actors/loan.ts';
import type { Session, UserState } from '../../../actors/session.ts';
import { decodeState, encodeState } from '../../../actors/snapshot.ts';
import { END_REASONS } from '../../../lib/ports/playtime-sink.ts';
import type { UuidKey } from '../../../lib/uuid.ts';

const keys = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString('latin1') as UuidKey);
const moments = fc.integer({ min: 0, max: 4_102_444_800_000 });
const counts = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const durations = fc.integer({ min: 0, max: 100 * 86_400_000 });

const sessions: fc.Arbitrary<Session> = fc
  .record({
    id: keys,
    gameId: keys,
    deviceId: keys,
    clientSessionId: fc.option(fc.string({ unit: 'grapheme', maxLength: 64 })),
    startedAt: moments,
    lastBeat: durations,
    seq: counts,
    activeMs: counts,
    credit: fc.oneof(durations, fc.array(durations, { minLength: 2, maxLength: 5 })),
    baseMs: fc.integer({ min: -1_000_000_000_000, max: 1_000_000_000_000 }),
    rev: counts,
    endReason: fc.option(fc.constantFrom(...END_REASONS)),
  })
  .map(({ lastBeat, ...session }) => ({
    ...session,
    lastBeatAt: session.startedAt + lastBeat,
    endedAt: session.endReason === null ? 0 : session.startedAt + lastBeat,
    flushedRev: 0,
  }));

const loans = fc.record({ gameId: keys, borrower: keys, sessionId: keys, until: moments, endsAt: moments });
const borrows = fc.record({ sessionId: keys, owner: keys, until: moments, endsAt: moments });

const states: fc.Arbitrary<UserState> = fc.record({
  sessions: fc.array(sessions, { maxLength: 6 }),
  copies: fc.oneof(
    fc.constant(NO_COPIES),
    fc.tuple(fc.array(loans, { maxLength: 3 }), fc.array(borrows, { maxLength: 3 })).map(([l, b]) => copiesOf(l, b)),
  ),
});

const alone = (...held: readonly Session[]): UserState => ({ sessions: held, copies: NO_COPIES });
const versionOf = (state: UserState): unknown => (codec.decode(encodeState(state)) as unknown[])[0];
const codec = new Encoder({ useRecords: false });
const [session] = fc.sample(sessions, 1) as [Session];
const asIs = (game: UuidKey): UuidKey => game;

describe('a checkpoint of a user', () => {
  it('gives back exactly the state that it was written from', () => {
    fc.assert(
      fc.property(states, (state) => {
        expect(decodeState(encodeState(state), asIs)).toEqual(state);
      }),
    );
  });

  it('is written as it always was for a user who neither lends nor borrows', () => {
    expect(versionOf(alone(session))).toBe(1);
    const [loan] = fc.sample(loans, 1);
    expect(versionOf({ sessions: [session], copies: copiesOf([loan!], []) })).toBe(2);
  });

  it('of a user without loans or borrows any more is that of one who never had any', () => {
    expect(decodeState(encodeState(alone(session)), asIs).copies).toBe(NO_COPIES);
  });

  it('stays as it was when others are written after it', () => {
    fc.assert(
      fc.property(states, fc.array(states, { maxLength: 50 }), (first, others) => {
        const snapshot = encodeState(first);
        for (const other of others) encodeState(other);
        expect(decodeState(snapshot, asIs)).toEqual(first);
      }),
    );
  });

  it('forgets what PostgreSQL was known to hold: the next owner makes sure of it again', () => {
    const [loaded] = decodeState(encodeState(alone({ ...session, flushedRev: session.rev })), asIs).sessions;
    expect(loaded?.flushedRev).toBe(0);
  });

  it('shares one copy of a game between the sessions that are loaded', () => {
    const games = new Map<UuidKey, UuidKey>();
    const shared = (game: UuidKey): UuidKey => games.get(game) ?? (games.set(game, game), game);
    const loaded = decodeState(encodeState(alone(session, session, session)), shared);
    expect(loaded.sessions).toHaveLength(3);
    expect(games.size).toBe(1);
  });

  it('is refused when a version wrote it that this one does not know', () => {
    expect(() => decodeState(codec.encode([3, 'whatever it means']), asIs)).toThrow('version 3');
  });

  it('is refused when it ends for a reason that this version does not know', () => {
    const [version, fields] = codec.decode(encodeState(alone(session))) as [number, unknown[]];
    fields[fields.length - 1] = END_REASONS.length;
    expect(() => decodeState(codec.encode([version, fields]), asIs)).toThrow('reason');
  });
});
