/** What operators type about users: `user`, `session`. */
import type { HeldLoan, HeldSession, HeldUser } from './engine.service.ts';
import {
  NEVER,
  type OperatorCommand,
  type OperatorContext,
  type OperatorInput,
  type Table,
} from './operator-command.ts';
import { mustUuid } from './operator-input.ts';
import { engineNodes, timeOf } from './operator-nodes.ts';
import { LibraryError } from '../lib/errors.ts';

const HEAD = [
  ...(['session', 'user', 'game', 'device', 'started', 'last beat', 'seq', 'credited s', 'ended'] as const),
  ...(['rev (flushed)', 'copy of'] as const),
];

function sessionTable(sessions: readonly HeldSession[], foot: string): Table {
  return {
    head: HEAD,
    rows: sessions.map((session) => [
      session.sessionId,
      session.userId,
      session.gameId,
      session.deviceId,
      timeOf(session.startedAt),
      timeOf(session.lastBeatAt),
      session.seq,
      Math.floor(session.creditedMs / 1_000),
      session.ended === null ? 'live' : `${timeOf(session.ended.at)} ${session.ended.reason}`,
      `${session.rev} (${session.flushedRev})`,
      session.borrowed === null ? '' : `${session.borrowed.owner} until ${timeOf(session.borrowed.until)}`,
    ]),
    foot,
  };
}

function lentTo({ gameId, borrower, sessionId, until, endsAt }: HeldLoan): string {
  const end = endsAt === 0 ? '' : `, ends at ${timeOf(endsAt)} for the owner plays`;
  return `game ${gameId} is lent to ${borrower} (session ${sessionId}) until ${timeOf(until)}${end}`;
}

async function user({ broker }: OperatorContext, { words: { id } }: OperatorInput): Promise<Table> {
  mustUuid(id);
  for (const nodeID of engineNodes(broker)) {
    const held = await broker.call<HeldUser | null, object>('engine.user', { user_id: id }, { nodeID });
    if (held === null) continue;
    const { sessions, loans } = held;
    const lent = loans.map((loan) => `\n${lentTo(loan)}`).join('');
    return sessionTable(sessions, `${sessions.length} sessions in memory of ${nodeID}${lent}`);
  }
  throw new LibraryError('UNAVAILABLE', "no engine serves the user's shard right now");
}

async function session({ broker }: OperatorContext, { words: { id } }: OperatorInput): Promise<Table | string> {
  mustUuid(id);
  for (const nodeID of engineNodes(broker)) {
    const held = await broker.call<HeldSession | null, object>('engine.session', { session_id: id }, { nodeID });
    if (held !== null) return sessionTable([held], `in memory of ${nodeID}`);
  }
  return `No engine holds session ${id}: it ended a while ago, or never was.`;
}

export const USER_COMMANDS: readonly OperatorCommand[] = [
  {
    name: 'user',
    summary: "A user's sessions as the engine holds them",
    manual:
      'Live sessions, and ended ones that are still remembered, straight from memory: newer than PostgreSQL, and not past the fence. ' +
      'Below them, copies of the user’s games that somebody of the family plays. ' +
      '`rev (flushed)`: the session’s revision, and the one that PostgreSQL has.',
    arguments: [{ name: 'id', required: true, means: 'UUID of the user' }],
    options: {},
    examples: ['user 00000000-0000-7000-8000-000000000001', 'user 00000000-0000-7000-8000-000000000001 --watch'],
    changes: NEVER,
    run: user,
  },
  {
    name: 'session',
    summary: 'A session as the engine holds it',
    manual:
      'Asks every engine, for the id of a session does not say whose it is. Sessions of the past are in PostgreSQL.',
    arguments: [{ name: 'id', required: true, means: 'UUID of the session' }],
    options: {},
    examples: ['session 0198f2b4-7c1e-7a30-9d52-3f6b1c0a4e21'],
    changes: NEVER,
    run: session,
  },
];
