/** What operators type about engines: `shards`, `drain`, `rejoin`, `flush`. */
import type { ServiceBroker } from 'moleculer';
import { engineMembers } from './engine-membership.ts';
import { FLUSH_ALL_MS, type HeldShard } from './engine.service.ts';
import {
  ALWAYS,
  NEVER,
  type OperatorCommand,
  type OperatorContext,
  type OperatorInput,
  type Table,
} from './operator-command.ts';
import { engineNodes, mustBeEngine } from './operator-nodes.ts';
import { shardsOf } from './operator-rebalance.ts';
import type { HostStats } from '../actors/host-options.ts';
import { LibraryError } from '../lib/errors.ts';

const DRAIN_MS = 60_000;

async function shards({ broker }: OperatorContext, { words: { node }, flags }: OperatorInput): Promise<Table> {
  if (node !== undefined) return shardByShard(broker, [mustBeEngine(broker, node)]);
  return flags.has('all') ? shardByShard(broker, engineNodes(broker)) : engineByEngine(broker);
}

async function engineByEngine(broker: ServiceBroker): Promise<Table> {
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

async function shardByShard(broker: ServiceBroker, nodes: readonly string[]): Promise<Table> {
  const { holdings, ownerOf, total } = await shardsOf(broker, nodes);
  const rows = holdings
    .toSorted((a, b) => a.shard - b.shard)
    .map(({ nodeID, shard, epoch, users, live }) => {
      const owner = ownerOf(shard);
      return [shard, nodeID, epoch, users, live, owner === nodeID ? 'at home' : `belongs to ${owner ?? 'nobody'}`];
    });
  const sum = (pick: (held: HeldShard) => number): number => holdings.reduce((count, held) => count + pick(held), 0);
  return {
    head: ['shard', 'node', 'epoch', 'users', 'live sessions', 'placement'],
    rows,
    foot: `${rows.length} of ${total} shards, ${sum(({ users }) => users)} users, ${sum(({ live }) => live)} live sessions`,
  };
}

async function drain({ broker }: OperatorContext, { words: { node } }: OperatorInput): Promise<string> {
  const nodeID = mustBeEngine(broker, node);
  if (engineMembers(broker).filter((member) => member !== nodeID).length === 0) {
    throw new LibraryError('UNAVAILABLE', `${nodeID} is the last engine in placement: nobody could take its shards`);
  }
  await broker.call('engine.drain', {}, { nodeID, timeout: DRAIN_MS });
  return `${nodeID} holds no shards any more. Stop it, or take it back with: rejoin ${nodeID}`;
}

async function rejoin({ broker }: OperatorContext, { words: { node } }: OperatorInput): Promise<string> {
  const nodeID = mustBeEngine(broker, node);
  await broker.call('engine.rejoin', {}, { nodeID, timeout: DRAIN_MS });
  return `${nodeID} takes part in placement again.`;
}

async function flush({ broker }: OperatorContext): Promise<string> {
  const counts = await Promise.all(
    engineNodes(broker).map((nodeID) =>
      broker.call<number, object>('engine.flush', {}, { nodeID, timeout: FLUSH_ALL_MS + 5_000 }),
    ),
  );
  return `${counts.reduce((sum, count) => sum + count, 0)} users' sessions written to PostgreSQL.`;
}

const NODE = { name: 'node', required: true, means: 'name of an engine node, as `shards` shows it' };

export const ENGINE_COMMANDS: readonly OperatorCommand[] = [
  {
    name: 'shards',
    summary: 'Shards, sessions and flush backlog of every engine node',
    manual:
      'One line an engine; with a node, or --all, one line a shard: its fencing epoch, who is in it, and whether it is where placement wants it. ' +
      '`left`: the node is draining, or was drained. The shards must add up to the configured number; what is missing is being taken over.',
    arguments: [{ name: 'node', required: false, means: 'only this engine, shard by shard' }],
    options: { all: { kind: 'flag', means: 'shard by shard, of all engines' } },
    examples: ['shards', 'shards engine-0', 'shards --watch', 'shards --all --json'],
    changes: NEVER,
    run: shards,
  },
  {
    name: 'drain',
    summary: "Hand an engine's shards to the others, without a failed request",
    manual:
      'The node leaves placement, commits, releases and hands over shard by shard, and goes on running with none. ' +
      'Stopping a process does the same by itself; this is for taking load off a node that should stay, to look at it.',
    arguments: [NODE],
    options: {},
    examples: ['drain engine-1'],
    changes: ALWAYS,
    run: drain,
  },
  {
    name: 'rejoin',
    summary: 'Take a drained engine back into placement',
    manual: 'It gets back the shards that it had: placement goes by names.',
    arguments: [NODE],
    options: {},
    examples: ['rejoin engine-1'],
    changes: ALWAYS,
    run: rejoin,
  },
  {
    name: 'flush',
    summary: 'Write everything that waits to PostgreSQL now',
    manual:
      'Live sessions are written every couple of minutes, ended ones within a second; nothing acknowledged is lost without this. ' +
      'It is for those who are about to read PostgreSQL, and before a backup.',
    arguments: [],
    options: {},
    examples: ['flush'],
    changes: ALWAYS,
    run: flush,
  },
];
