import { describe, expect, it } from '@jest/globals';
import { placementTable } from '../../../actors/placement.ts';
import { runTyped } from '../../../services/operator-run.ts';
import { keptTerminal, madeUpCluster, type MadeUpCall } from '../../operator-cluster.ts';

const SHARDS = 32;
const NODES = ['a', 'b'];
const HOME = placementTable(NODES, SHARDS);
const SERVICES = { a: ['engine', 'engine-member'], b: ['engine', 'engine-member'], c: ['audit'] };

/** Engines that hold what is written down, and do what they are told unless they are stuck. */
function engines(holders: Map<number, string | null>, stuck = false) {
  const moves = ({ action, params, nodeID }: MadeUpCall): unknown => {
    if (action === 'engine.shards') {
      const held = [...holders].filter(([, holder]) => holder === nodeID).map(([shard]) => shard);
      return { total: SHARDS, shards: held.map((shard) => ({ shard, epoch: 1, users: 2, live: 1 })) };
    }
    if ((action === 'engine.handOver' || action === 'engine.offer') && !stuck) {
      for (const shard of params['shards'] as number[]) holders.set(shard, HOME[shard] ?? null);
    }
    return undefined;
  };
  return { ...madeUpCluster(SERVICES, moves), ...keptTerminal() };
}

const atHome = () => new Map(HOME.map((node, shard) => [shard, node]));
const ofA = HOME.flatMap((node, shard) => (node === 'a' ? [shard] : []));

describe('rebalancing', () => {
  it('shows which shards are elsewhere, and which are nowhere', async () => {
    const holders = atHome();
    const [x = 0, y = 0, z = 0] = ofA;
    holders.set(x, 'b').set(y, 'b').set(z, null);
    const { context, terminal, shown, calls } = engines(holders);
    await runTyped(context, terminal, ['rebalance']);
    expect(shown).toEqual([
      expect.objectContaining({
        rows: [
          [2, 'b', 'a', `${x}, ${y}`],
          [1, 'nobody', 'a', `${z}`],
        ],
      }),
    ]);
    expect(calls.every(({ action }) => action === 'engine.shards')).toBe(true);
  });

  it('moves them when told to, so many at a time, and waits for each step', async () => {
    const holders = atHome();
    for (const shard of ofA.slice(0, 5)) holders.set(shard, 'b');
    holders.set(ofA[5] ?? 0, null);
    const { context, terminal, shown, calls } = engines(holders);
    await runTyped(context, terminal, ['rebalance', '--yes', '--limit', '4']);
    expect(shown).toEqual(['6 shards moved in 2 steps; every shard is where placement wants it.']);
    const pushed = calls.filter(({ action }) => action === 'engine.handOver' || action === 'engine.offer');
    expect(pushed.map(({ action, nodeID, params }) => [action, nodeID, (params['shards'] as number[]).length])).toEqual(
      [
        ['engine.handOver', 'b', 4],
        ['engine.handOver', 'b', 1],
        ['engine.offer', 'a', 1],
      ],
    );
    expect(holders).toEqual(atHome());
  });

  it('gives up on shards that do not arrive, and says where to look', async () => {
    const holders = atHome();
    holders.set(ofA[0] ?? 0, null);
    const { context, terminal, hurry } = engines(holders, true);
    hurry();
    await expect(runTyped(context, terminal, ['rebalance', '--yes'])).rejects.toThrow(
      `1 shards did not arrive within 15 s, shard ${ofA[0]} first; the log of a says why`,
    );
  });
});

describe('the shards of an engine', () => {
  it('are shown one by one, with where they belong', async () => {
    const holders = atHome();
    holders.set(ofA[0] ?? 0, 'b');
    const { context, terminal, shown } = engines(holders);
    await runTyped(context, terminal, ['shards', 'b']);
    const [{ rows, foot }] = shown as [{ rows: (string | number)[][]; foot: string }];
    expect(rows.find(([shard]) => shard === ofA[0])).toEqual([ofA[0], 'b', 1, 2, 1, 'belongs to a']);
    expect(rows.filter(([, , , , , placement]) => placement === 'at home')).toHaveLength(SHARDS - ofA.length);
    expect(foot).toContain(`${SHARDS - ofA.length + 1} of ${SHARDS} shards`);
  });
});
