/** How a user's state is written into a checkpoint: CBOR of [version, session, session ...], each session an array. */
import { Encoder } from 'cbor-x';
import type { Credit } from './credit.ts';
import type { Session, UserState } from './session.ts';
import { END_REASONS, type EndReason } from '../lib/ports/playtime-sink.ts';
import type { UuidKey } from '../lib/uuid.ts';

const VERSION = 1;
const LIVE = -1;

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

const codec = new Encoder({ useRecords: false, mapsAsObjects: true });

const bytes = (key: UuidKey): Uint8Array => Buffer.from(key, 'latin1');
const key = (raw: Uint8Array): UuidKey =>
  Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('latin1') as UuidKey;

export function encodeState(state: UserState): Uint8Array {
  return codec.encode([VERSION, ...state.map(fieldsOf)]);
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
 * @throws Error when the snapshot was written by a version this one does not know: never guess at somebody's play time
 */
export function decodeState(snapshot: Uint8Array, shared: (game: UuidKey) => UuidKey): UserState {
  const [version, ...sessions] = codec.decode(snapshot) as [number, ...Fields[]];
  if (version !== VERSION) throw new Error(`a checkpoint has version ${version}, this engine reads ${VERSION}`);
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
