/**
 * What operators type when shards are not where placement wants them: `rebalance`.
 *
 * Placement mends itself: every second each engine takes what is its own and hands over what is not. What is left to see
 * is on its way, or stuck: a shard that does not load, an engine that sees other members than the rest. The command shows
 * which, and gives the ones in the wrong place a push, some at a time.
 */
import type { ServiceBroker } from 'moleculer';
import { engineMembers } from './engine-membership.ts';
import type { HeldShard } from './engine.service.ts';
import type { OperatorCommand, OperatorContext, OperatorInput, Table } from './operator-command.ts';
import { engineNodes } from './operator-nodes.ts';
import { placementTable } from '../actors/placement.ts';
import { LibraryError } from '../lib/errors.ts';

const STEP_MS = 15_000;
const LOOK_MS = 250;
/** Shards that are named, of those that go the same way. */
const NAMED = 10;

export interface Holding extends HeldShard {
  readonly nodeID: string;
}

export interface Holdings {
  /** How many shards there are in all. */
  readonly total: number;
  readonly holdings: readonly Holding[];
  /** The engine that placement wants the shard at, as this node sees the members. */
  readonly ownerOf: (shard: number) => string | null;
}

/** What these engines hold, each at a moment of its own. */
export async function shardsOf(broker: ServiceBroker, nodes: readonly string[]): Promise<Holdings> {
  const answers = await Promise.all(
    nodes.map(async (nodeID) => {
      const { total, shards } = await broker.call<{ total: number; shards: readonly HeldShard[] }, object>(
        'engine.shards',
        {},
        { nodeID },
      );
      return { total, holdings: shards.map((shard) => ({ ...shard, nodeID })) };
    }),
  );
  const total = answers[0]?.total ?? 0;
  const placement = placementTable(engineMembers(broker), total);
  return {
    total,
    holdings: answers.flatMap(({ holdings }) => holdings),
    ownerOf: (shard) => placement[shard] ?? null,
  };
}

interface Move {
  readonly shard: number;
  /** Null: nobody holds it. */
  readonly from: string | null;
  readonly to: string;
}

async function plan(broker: ServiceBroker): Promise<readonly Move[]> {
  const { total, holdings, ownerOf } = await shardsOf(broker, engineNodes(broker));
  const held = new Map<number, string[]>();
  for (const { shard, nodeID } of holdings) held.set(shard, [...(held.get(shard) ?? []), nodeID]);
  return Array.from({ length: total }, (_, shard) => shard).flatMap((shard): Move[] => {
    const to = ownerOf(shard);
    const holders = held.get(shard) ?? [];
    if (to === null || holders.includes(to)) return [];
    return [{ shard, from: holders[0] ?? null, to }];
  });
}

async function rebalance(context: OperatorContext, { flags, wholes }: OperatorInput): Promise<Table | string> {
  const moves = await plan(context.broker);
  if (moves.length === 0) return 'Every shard is where placement wants it.';
  if (!flags.has('yes')) return shown(moves);
  const limit = wholes['limit'] ?? moves.length;
  let [moved, steps] = [0, 0];
  for (let left = moves; left.length > 0; left = await plan(context.broker)) {
    const step = left.slice(0, limit);
    await push(context.broker, step);
    await arrived(context, step);
    moved += step.length;
    steps += 1;
  }
  return `${moved} shards moved in ${steps} steps; every shard is where placement wants it.`;
}

/** One row for all that go the same way: after an engine came or went there may be hundreds. */
function shown(moves: readonly Move[]): Table {
  const ways = Map.groupBy(moves, ({ from, to }) => `${from ?? ''} ${to}`);
  return {
    head: ['shards', 'are at', 'belong to', 'which'],
    rows: Array.from(ways.values(), (same) => [
      same.length,
      same[0]?.from ?? 'nobody',
      same[0]?.to ?? '',
      same
        .slice(0, NAMED)
        .map(({ shard }) => shard)
        .join(', ') + (same.length > NAMED ? ', …' : ''),
    ]),
    foot: `${moves.length} shards are not where placement wants them; they go there by themselves. To push them: rebalance --yes`,
  };
}

/** Holders hand over; what nobody holds is offered to whom it belongs. */
async function push(broker: ServiceBroker, moves: readonly Move[]): Promise<void> {
  const [handing, offering] = [new Map<string, number[]>(), new Map<string, number[]>()];
  for (const { shard, from, to } of moves) {
    const [by, node] = from === null ? [offering, to] : [handing, from];
    by.set(node, [...(by.get(node) ?? []), shard]);
  }
  await Promise.all([
    ...Array.from(handing, ([nodeID, shards]) =>
      broker.call('engine.handOver', { shards }, { nodeID, timeout: STEP_MS }),
    ),
    ...Array.from(offering, ([nodeID, shards]) => broker.call('engine.offer', { shards }, { nodeID })),
  ]);
}

async function arrived({ broker, clock }: OperatorContext, moves: readonly Move[]): Promise<void> {
  const until = clock.now() + STEP_MS;
  for (;;) {
    const left = new Set((await plan(broker)).map(({ shard }) => shard));
    const missing = moves.filter(({ shard }) => left.has(shard));
    if (missing.length === 0) return;
    if (clock.now() >= until) {
      const nodes = [...new Set(missing.map(({ to }) => to))].join(', ');
      throw new LibraryError(
        'UNAVAILABLE',
        `${missing.length} shards did not arrive within ${STEP_MS / 1_000} s, shard ${missing[0]?.shard} first; the log of ${nodes} says why`,
      );
    }
    await new Promise<void>((resolve) => void clock.after(LOOK_MS, resolve));
  }
}

export const REBALANCE_COMMANDS: readonly OperatorCommand[] = [
  {
    name: 'rebalance',
    summary: 'Shards that are not where placement wants them; with --yes, moves them',
    manual:
      'Placement mends itself within seconds, so this is empty but for a moment after engines came or went. What stays there is stuck: ' +
      'a shard at `nobody` does not load (its engine’s log says why), a shard at another engine is held by one that sees other members. ' +
      'With --yes they are handed over, so many at a time, and each step is waited for. No request fails by it.',
    arguments: [],
    options: {
      yes: { kind: 'flag', means: 'move them' },
      limit: { kind: 'whole', means: 'how many at a time', min: 1, max: 4_096, default: 64 },
    },
    examples: ['rebalance', 'rebalance --yes --limit 16'],
    changes: ({ flags }) => flags.has('yes'),
    run: rebalance,
  },
];
