import { beforeEach, describe, expect, it } from '@jest/globals';
import { ClusterView, type Membership } from '../../../../lib/console/cluster-view.ts';
import type { NodeReport } from '../../../../lib/console/node-report.ts';
import { packShards } from '../../../../lib/console/shard-set.ts';

const SHARDS = 4;
const WELL = { status: 'ready', draining: false, dependencies: { postgresql: 'ok' } } as const;

function engine(held: readonly number[], more: Partial<NodeReport> = {}): NodeReport {
  return {
    release: '1.0.0',
    roles: ['engine'],
    upSeconds: 5,
    serving: true,
    readiness: WELL,
    pulse: { cpu: 0.1, memory_bytes: 1, loop_lag_ms: 0 },
    fine: [],
    coarse: [],
    columnsMark: 'none',
    held: packShards(held, SHARDS),
    ...more,
  };
}

function placed(...placement: (string | null)[]): Membership {
  const nodes = [...new Set(placement.filter((node) => node !== null))];
  return { nodes, placed: nodes, placement };
}

describe('what a gateway sees of the cluster', () => {
  let view: ClusterView;
  const take = (membership: Membership, reports: Readonly<Record<string, NodeReport | null>>, now = 0): void =>
    view.take(membership, new Map(Object.entries(reports)), now);
  const states = (): Record<string, string> =>
    Object.fromEntries(view.nodes().nodes.map(({ node, state }) => [node, state]));

  beforeEach(() => {
    view = new ClusterView();
  });

  it('is who holds which shard, and which are not where they belong', () => {
    take(placed('a', 'b', 'b', 'b'), { a: engine([0, 1]), b: engine([2]) });
    expect(view.shards()).toEqual({ engines: ['a', 'b'], owners: [0, 0, 1, -1], moving: [1, 3] });
  });

  it('gives a shard that two still claim to the one it belongs to', () => {
    take(placed('b', 'a', 'a', 'a'), { a: engine([0, 1, 2, 3]), b: engine([0]) });
    expect(view.shards()).toMatchObject({ owners: [1, 0, 0, 0], moving: [] });
  });

  it('says of an engine that it leaves, has left, begins, or is not well, and why', () => {
    const failing = { status: 'unready', draining: false, dependencies: { postgresql: 'failing' } } as const;
    const membership = { nodes: [], placed: ['up', 'ill', 'new', 'stopping'], placement: ['up', null, null, null] };
    take(membership, {
      up: engine([0]),
      leaving: engine([1]),
      left: engine([]),
      new: engine([], { serving: false }),
      ill: engine([], { readiness: failing }),
      stopping: engine([], { readiness: { ...WELL, status: 'unready', draining: true } }),
    });
    expect(states()).toEqual({
      up: 'up',
      leaving: 'draining',
      left: 'drained',
      new: 'starting',
      ill: 'not_ready',
      stopping: 'draining',
    });
    expect(view.nodes().nodes.find(({ node }) => node === 'ill')?.not_well).toEqual([
      { dependency: 'postgresql', state: 'failing' },
    ]);
  });

  it('keeps what a silent engine held until another has it', () => {
    take(placed('a', 'a', 'b', 'b'), { a: engine([0, 1]), b: engine([2, 3]) });
    take(placed('a', 'a', 'b', 'b'), { a: engine([0, 1, 2]), b: null });
    expect(view.shards()).toMatchObject({ owners: [0, 0, 0, 1] });
    expect(states()).toEqual({ a: 'up', b: 'not_ready' });
  });

  it('misses a node for a minute that nobody saw leave, and none that said so', () => {
    take(placed('a', 'b', 'c', 'c'), { a: engine([0]), b: engine([1]), c: engine([2, 3]) });
    view.left('c');
    take(placed('a', 'a', 'a', 'a'), { a: engine([0]) }, 1_000);
    expect(states()).toEqual({ a: 'up', b: 'lost' });
    expect(view.shards()).toMatchObject({ engines: ['a'], owners: [0, -1, -1, -1], moving: [1, 2, 3] });
    take(placed('a', 'a', 'a', 'a'), { a: engine([0]) }, 60_999);
    expect(states()).toEqual({ a: 'up', b: 'lost' });
    take(placed('a', 'a', 'a', 'a'), { a: engine([0]) }, 61_000);
    expect(states()).toEqual({ a: 'up' });
  });

  it('takes a node back that was lost', () => {
    take(placed('a'), { a: engine([0]) });
    take(placed(), {}, 1_000);
    take(placed('a'), { a: engine([0]) }, 2_000);
    expect(states()).toEqual({ a: 'up' });
  });
});
