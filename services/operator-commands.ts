/**
 * What operators type into the Moleculer REPL: about the engine here, about events in `operator-events.ts`, about cloud
 * saves in `operator-saves.ts`.
 */
import type { ServiceBroker } from 'moleculer';
import { engineMembers } from './engine-membership.ts';
import { FLUSH_ALL_MS, type HeldLoan, type HeldSession, type HeldUser } from './engine.service.ts';
import type { OperatorCommand, Table } from './operator-command.ts';
import { EVENT_COMMANDS } from './operator-events.ts';
import { mustUuid } from './operator-input.ts';
import { SAVE_COMMANDS } from './operator-saves.ts';
import { nodesOf } from './service-nodes.ts';
import type { HostStats } from '../actors/host-options.ts';
import { LibraryError } from '../lib/errors.ts';

/** Every node that runs an engine, also one that is draining. */
function engineNodes(broker: ServiceBroker): readonly string[] {
  return nodesOf(broker, 'engine');
}

function mustBeEngine(broker: ServiceBroker, node: string | undefined): string {
  const nodes = engineNodes(broker);
  if (node !== undefined && nodes.includes(node)) return node;
  throw new LibraryError('NOT_FOUND', `there is no engine node ${node}; there are ${nodes.join(', ') || 'none'}`);
}

async function shards(broker: ServiceBroker): Promise<Table> {
  const members = engineMembers(broker);
  const nodes = await Promise.all(
    engineNodes(broker).map(async (nodeID) => {
      const stats = await broker.call<HostStats, object>('engine.stats', {}, { nodeID });
      return { nodeID, stats, placed: members.includes(nodeID) };
    }),
  );
  const sum = (pick: (stats: HostStats) => number): number =>
    nodes.reduce((total, { stats }) => total + pick(stats), 0);
  return {
    head: ['node', 'placement', 'shards', 'loading', 'users', 'live sessions', 'flush backlog', 'flush lag s'],
    rows: nodes.map(({ nodeID, stats, placed }) => [
      nodeID,
      placed ? 'member' : 'left',
      stats.shards,
      stats.loading,
      stats.users,
      stats.liveSessions,
      stats.flush.users,
      (stats.flush.lagMs / 1_000).toFixed(1),
    ]),
    foot: `${sum((stats) => stats.shards)} shards, ${sum((stats) => stats.liveSessions)} live sessions`,
  };
}

const time = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');

function sessionTable(sessions: readonly HeldSession[], foot: string): Table {
  return {
    head: [
      'session',
      'user',
      'game',
      'device',
      'started',
      'last beat',
      'seq',
      'credited s',
      'ended',
      'rev (flushed)',
      'copy of',
    ],
    rows: sessions.map((session) => [
      session.sessionId,
      session.userId,
      session.gameId,
      session.deviceId,
      time(session.startedAt),
      time(session.lastBeatAt),
      session.seq,
      Math.floor(session.creditedMs / 1_000),
      session.ended === null ? 'live' : `${time(session.ended.at)} ${session.ended.reason}`,
      `${session.rev} (${session.flushedRev})`,
      session.borrowed === null ? '' : `${session.borrowed.owner} until ${time(session.borrowed.until)}`,
    ]),
    foot,
  };
}

function lentTo({ gameId, borrower, sessionId, until, endsAt }: HeldLoan): string {
  const end = endsAt === 0 ? '' : `, ends at ${time(endsAt)} for the owner plays`;
  return `game ${gameId} is lent to ${borrower} (session ${sessionId}) until ${time(until)}${end}`;
}

async function user(broker: ServiceBroker, { id }: Readonly<Record<string, string | undefined>>): Promise<Table> {
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

async function session(
  broker: ServiceBroker,
  { id }: Readonly<Record<string, string | undefined>>,
): Promise<Table | string> {
  mustUuid(id);
  for (const nodeID of engineNodes(broker)) {
    const held = await broker.call<HeldSession | null, object>('engine.session', { session_id: id }, { nodeID });
    if (held !== null) return sessionTable([held], `in memory of ${nodeID}`);
  }
  return `No engine holds session ${id}: it ended a while ago, or never was.`;
}

async function drain(broker: ServiceBroker, { node }: Readonly<Record<string, string | undefined>>): Promise<string> {
  const nodeID = mustBeEngine(broker, node);
  if (engineMembers(broker).filter((member) => member !== nodeID).length === 0) {
    throw new LibraryError('UNAVAILABLE', `${nodeID} is the last engine in placement: nobody could take its shards`);
  }
  await broker.call('engine.drain', {}, { nodeID, timeout: 60_000 });
  return `${nodeID} holds no shards any more. Stop it, or take it back with: rejoin ${nodeID}`;
}

async function rejoin(broker: ServiceBroker, { node }: Readonly<Record<string, string | undefined>>): Promise<string> {
  const nodeID = mustBeEngine(broker, node);
  await broker.call('engine.rejoin', {}, { nodeID, timeout: 60_000 });
  return `${nodeID} takes part in placement again.`;
}

async function flush(broker: ServiceBroker): Promise<string> {
  const counts = await Promise.all(
    engineNodes(broker).map((nodeID) =>
      broker.call<number, object>('engine.flush', {}, { nodeID, timeout: FLUSH_ALL_MS + 5_000 }),
    ),
  );
  return `${counts.reduce((sum, count) => sum + count, 0)} users' sessions written to PostgreSQL.`;
}

export const OPERATOR_COMMANDS: readonly OperatorCommand[] = [
  { command: 'shards', description: 'Shards, sessions and flush backlog of every engine node', run: shards },
  { command: 'user <id>', description: "A user's sessions as the engine holds them", run: user },
  { command: 'session <id>', description: 'A session as the engine holds it', run: session },
  {
    command: 'drain <node>',
    description: "Hand an engine's shards to the others, without a failed request",
    run: drain,
  },
  { command: 'rejoin <node>', description: 'Take a drained engine back into placement', run: rejoin },
  { command: 'flush', description: 'Write everything that waits to PostgreSQL now', run: flush },
  ...EVENT_COMMANDS,
  ...SAVE_COMMANDS,
];
