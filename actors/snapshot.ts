/**
 * How a user's state is written into a checkpoint: CBOR of [1, session, session ...], each session an array; of a user who
 * lends or borrows [2, [loans, borrows], session, session ...].
 *
 * A release that changes this adds a version and keeps reading the older ones. While engines of several releases run, the
 * state is written in the newest version that all of them read (`snapshot-format.ts`): so it must be possible to write
 * every state in the newest version of the release before, and what only the new one holds must be dispensable until then.
 */
import { Encoder } from 'cbor-x';
import type { Credit } from './credit.ts';
import { copiesOf, NO_COPIES, type Copies } from './loan.ts';
import type { Session, UserState } from './session.ts';
import { UnreadableSnapshot, type SnapshotCodec } from './snapshot-format.ts';
import { includes, type VersionRange } from './versions.ts';
import { END_REASONS, type EndReason } from '../lib/ports/playtime-sink.ts';
import type { UuidKey } from '../lib/uuid.ts';

const ALONE = 1;
const SHARING = 2;
const LIVE = -1;

/** What this release reads. Both are the first release's, and written by all: whoever reads 2 reads 1. */
export const SNAPSHOTS: VersionRange = { oldest: ALONE, newest: SHARING };

type Fields = [
  id: Uint8Array,
  game: Uint8Array,
  device: Uint8Array,
  clientSessionId: string | null,
  startedAt: number,
  /** Milliseconds after startedAt. */
  lastBeat: number,
  seq: number,
  activeMs: number,
  credit: Credit,
  baseMs: number,
  rev: number,
  /** Milliseconds after startedAt; 0 while live. */
  ended: number,
  /** Index into END_REASONS, LIVE while live. */
  endReason: number,
];

type LoanFields = [game: Uint8Array, borrower: Uint8Array, session: Uint8Array, until: number, endsAt: number];
type BorrowFields = [session: Uint8Array, owner: Uint8Array, until: number, endsAt: number];
type CopiesFields = [loans: LoanFields[], borrows: BorrowFields[]];

const codec = new Encoder({ useRecords: false, mapsAsObjects: true });

const bytes = (key: UuidKey): Uint8Array => Buffer.from(key, 'latin1');
const key = (raw: Uint8Array): UuidKey =>
  Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('latin1') as UuidKey;

export function encodeState({ sessions, copies }: UserState): Uint8Array {
  if (copies === NO_COPIES) return codec.encode([ALONE, ...sessions.map(fieldsOf)]);
  return codec.encode([SHARING, copiesFieldsOf(copies), ...sessions.map(fieldsOf)]);
}

function copiesFieldsOf({ loans, borrows }: Copies): CopiesFields {
  return [
    loans.map((l) => [bytes(l.gameId), bytes(l.borrower), bytes(l.sessionId), l.until, l.endsAt]),
    borrows.map((b) => [bytes(b.sessionId), bytes(b.owner), b.until, b.endsAt]),
  ];
}

function fieldsOf(s: Session): Fields {
  return [
    bytes(s.id),
    bytes(s.gameId),
    bytes(s.deviceId),
    s.clientSessionId,
    s.startedAt,
    s.lastBeatAt - s.startedAt,
    s.seq,
    s.activeMs,
    s.credit,
    s.baseMs,
    s.rev,
    s.endReason === null ? 0 : s.endedAt - s.startedAt,
    s.endReason === null ? LIVE : END_REASONS.indexOf(s.endReason),
  ];
}

/**
 * @param shared gives back the one copy of a game id that all sessions share: a game id of its own would cost each
 *   session 32 bytes
 * @throws UnreadableSnapshot when it has a version that this release does not read: never guess at somebody's play time
 * @throws Error when it is broken
 */
export function decodeState(snapshot: Uint8Array, shared: (game: UuidKey) => UuidKey): UserState {
  const [version, ...content] = codec.decode(snapshot) as [number, ...unknown[]];
  if (!includes(SNAPSHOTS, version)) throw new UnreadableSnapshot(version, SNAPSHOTS);
  if (version === ALONE) return { sessions: sessionsOf(content as Fields[], shared), copies: NO_COPIES };
  const [copies, ...sessions] = content as [CopiesFields, ...Fields[]];
  return { sessions: sessionsOf(sessions, shared), copies: copiesFrom(copies, shared) };
}

/** The version a snapshot was written in, told by its second byte or the one after, without decoding it. */
export function versionOf(snapshot: Uint8Array): number {
  // RFC 8949: an array of up to 23 elements has a head of one byte, up to 255 of two, up to 65,535 of three.
  const head = snapshot[0] === 0x98 ? 2 : snapshot[0] === 0x99 ? 3 : 1;
  return snapshot[head] ?? 0;
}

/** The snapshots of this release. */
export const snapshotCodec: SnapshotCodec = {
  reads: SNAPSHOTS,
  baseline: SHARING,
  encode: encodeState,
  decode: decodeState,
  versionOf,
};

function copiesFrom([loans, borrows]: CopiesFields, shared: (game: UuidKey) => UuidKey): Copies {
  return copiesOf(
    loans.map(([game, borrower, session, until, endsAt]) => ({
      gameId: shared(key(game)),
      borrower: key(borrower),
      sessionId: key(session),
      until,
      endsAt,
    })),
    borrows.map(([session, owner, until, endsAt]) => ({ sessionId: key(session), owner: key(owner), until, endsAt })),
  );
}

function sessionsOf(sessions: readonly Fields[], shared: (game: UuidKey) => UuidKey): Session[] {
  return sessions.map(
    ([id, game, device, clientSessionId, startedAt, lastBeat, seq, activeMs, credit, baseMs, rev, ended, reason]) => ({
      id: key(id),
      gameId: shared(key(game)),
      deviceId: key(device),
      clientSessionId,
      startedAt,
      lastBeatAt: startedAt + lastBeat,
      seq,
      activeMs,
      credit,
      baseMs,
      rev,
      endedAt: reason === LIVE ? 0 : startedAt + ended,
      endReason: reasonOf(reason),
      flushedRev: 0,
    }),
  );
}

function reasonOf(index: number): EndReason | null {
  const reason = index === LIVE ? null : END_REASONS[index];
  if (reason === undefined) throw new Error(`a checkpoint names the end reason ${index}, this engine knows none such`);
  return reason;
}
