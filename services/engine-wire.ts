/**
 * How batches cross the bus: every envelope and answer as one flat array, without the names of its members. Compared
 * with plain objects in CBOR this takes a quarter of the processor time and less than half of the bytes; with some
 * twenty thousand heartbeats a second that is a tenth of a core on either side.
 *
 * Nodes of different releases run side by side while a cluster is upgraded (`docs/upgrades.md`), so
 *
 * - every engine announces the versions of this format that it reads (`engine-formats.ts`), and a batch is packed in the
 *   newest one that both ends read;
 * - the answers to a batch are packed in the batch's own version: whoever packed it reads that;
 * - elements that a version does not know at the end of an array are ignored, so an optional one needs no new version.
 */
import type { Answer, Envelope } from '../actors/envelope.ts';
import type { Command, SessionReply } from '../actors/messages.ts';
import { includes, type VersionRange } from '../actors/versions.ts';
import { END_REASONS } from '../lib/ports/playtime-sink.ts';
import type { UuidKey } from '../lib/uuid.ts';

/** The versions of this format that this release reads and writes. */
export const WIRE: VersionRange = { oldest: 2, newest: 2 };

const HEARTBEAT = 1;
const END = 2;
/** Any other command: rare, and sent as it is. */
const OTHER = 0;

type PackedEnvelope =
  | readonly [
      user: UuidKey,
      deadline: number,
      kind: 1 | 2,
      session: UuidKey,
      seq: number,
      activeMs: number | null,
      /** Of the few whose way is told; nodes that do not know it ignore it. */
      trace?: string,
    ]
  | readonly [user: UuidKey, deadline: number, kind: 0, command: Command, trace?: string];

export interface PackedBatch {
  readonly v: number;
  readonly e: readonly PackedEnvelope[];
  readonly s: readonly string[];
}

const SESSION = 1;
const OUTCOMES = ['started', 'resumed', 'accepted', 'ignored'] as const satisfies readonly SessionReply['outcome'][];

type PackedAnswer =
  | readonly [kind: 0, answer: Answer]
  | readonly [
      kind: 1,
      outcome: number,
      superseded: UuidKey | null,
      session: UuidKey,
      game: UuidKey,
      device: UuidKey,
      startedAt: number,
      lastBeatAt: number,
      seq: number,
      creditedMs: number,
      firstDay: number,
      msByDay: readonly number[],
      totalMs: number,
      endedAt: number | null,
      endReason: number,
      endsAt: number | null,
    ];

export type PackedAnswers = readonly PackedAnswer[];

/** @param version one that both ends read */
export function packBatch(envelopes: readonly Envelope[], suspects: readonly string[], version: number): PackedBatch {
  return { v: version, e: envelopes.map(packEnvelope), s: suspects };
}

/** @throws Error when the batch was packed in a version that this release does not read. */
export function unpackBatch({ v, e, s }: PackedBatch): { envelopes: Envelope[]; suspects: readonly string[] } {
  if (!includes(WIRE, v)) {
    throw new Error(`a batch has wire version ${v}, this node reads ${WIRE.oldest} to ${WIRE.newest}`);
  }
  return { envelopes: e.map(unpackEnvelope), suspects: s };
}

function packEnvelope({ user, command, deadline, trace }: Envelope): PackedEnvelope {
  switch (command.kind) {
    case 'heartbeat':
    case 'end': {
      const kind = command.kind === 'end' ? END : HEARTBEAT;
      const { sessionId, seq, activeMs } = command;
      if (trace === undefined) return [user, deadline, kind, sessionId, seq, activeMs];
      return [user, deadline, kind, sessionId, seq, activeMs, trace];
    }
    default:
      return trace === undefined ? [user, deadline, OTHER, command] : [user, deadline, OTHER, command, trace];
  }
}

function unpackEnvelope(packed: PackedEnvelope): Envelope {
  if (packed[2] === OTHER) {
    const [user, deadline, , command, trace] = packed;
    return trace === undefined ? { user, deadline, command } : { user, deadline, command, trace };
  }
  const [user, deadline, kind, sessionId, seq, activeMs, trace] = packed;
  const command = { kind: kind === END ? ('end' as const) : ('heartbeat' as const), sessionId, seq, activeMs };
  return trace === undefined ? { user, deadline, command } : { user, deadline, command, trace };
}

export function packAnswers(answers: readonly Answer[]): PackedAnswers {
  return answers.map((answer) =>
    answer.kind === 'reply' && answer.reply.kind === 'session' ? packSession(answer.reply) : [0, answer],
  );
}

export function unpackAnswers(packed: PackedAnswers): Answer[] {
  return packed.map((answer) => (answer[0] === SESSION ? { kind: 'reply', reply: unpackSession(answer) } : answer[1]));
}

function packSession({ session, outcome, superseded }: SessionReply): PackedAnswer {
  return [
    SESSION,
    OUTCOMES.indexOf(outcome),
    superseded,
    session.sessionId,
    session.gameId,
    session.deviceId,
    session.startedAt,
    session.lastBeatAt,
    session.seq,
    session.creditedMs,
    session.firstDay,
    session.msByDay,
    session.totalMs,
    session.ended?.at ?? null,
    session.ended === null ? -1 : END_REASONS.indexOf(session.ended.reason),
    session.endsAt,
  ];
}

function unpackSession(packed: Extract<PackedAnswer, { readonly 0: 1 }>): SessionReply {
  const [, outcome, superseded, sessionId, gameId, deviceId, startedAt, lastBeatAt, ...rest] = packed;
  const [seq, creditedMs, firstDay, msByDay, totalMs, endedAt, reason, endsAt] = rest;
  const endReason = END_REASONS[reason];
  return {
    kind: 'session',
    outcome: OUTCOMES[outcome] ?? 'ignored',
    superseded,
    session: {
      sessionId,
      gameId,
      deviceId,
      startedAt,
      lastBeatAt,
      seq,
      creditedMs,
      firstDay,
      msByDay,
      totalMs,
      ended: endedAt === null || endReason === undefined ? null : { at: endedAt, reason: endReason },
      endsAt,
    },
  };
}
