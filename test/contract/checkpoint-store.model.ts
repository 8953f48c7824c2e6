import { expect } from '@jest/globals';
import fc from 'fast-check';
import { MemoryCheckpointStore } from '../../lib/checkpoint/memory-checkpoint-store.ts';
import type { CheckpointStore, ShardCommit } from '../../lib/ports/checkpoint-store.ts';
import { keyToUuid, mustUuidKey } from '../../lib/uuid.ts';

const SHARDS = 3;
const NODES = 3;
const USERS = Array.from({ length: 4 }, (_, n) => mustUuidKey(`0000000${n}-0000-7000-8000-0000000000ff`));

type Step =
  | { readonly kind: 'acquire'; readonly node: number; readonly shard: number }
  | { readonly kind: 'release'; readonly node: number; readonly shard: number }
  | { readonly kind: 'commit'; readonly node: number; readonly changes: readonly Change[] };

interface Change {
  readonly shard: number;
  /** How far the number is ahead of the last one this node used; a late commit is not ahead. */
  readonly ahead: number;
  readonly puts: readonly (readonly [user: number, value: number])[];
  readonly removes: readonly number[];
}

const node = fc.nat(NODES - 1);
const shard = fc.nat(SHARDS - 1);
const user = fc.nat(USERS.length - 1);
const change: fc.Arbitrary<Change> = fc.record({
  shard,
  ahead: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 3 }) }, { weight: 1, arbitrary: fc.constant(0) }),
  puts: fc.uniqueArray(fc.tuple(user, fc.nat(255)), { selector: ([who]) => who, maxLength: 3 }),
  removes: fc.uniqueArray(user, { maxLength: 2 }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('acquire'), node, shard }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('release'), node, shard }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('commit'),
      node,
      changes: fc.uniqueArray(change, { selector: (one) => one.shard, maxLength: SHARDS }),
    }),
  },
);

/** What a node believes it holds: its epoch of the shard, here and in the model, and the last number it used. */
interface Belief {
  readonly epoch: number;
  readonly modelEpoch: number;
  number: number;
}

/**
 * Runs random steps of several nodes against the clients and against the in-memory store, whose code is short enough
 * to be the model, and compares every answer. Epochs may differ between the two; that they rise may not.
 *
 * @param firstShard the run uses shards from here on, fresh ones for every sequence
 */
export async function checkAgainstModel(clients: readonly CheckpointStore[], firstShard: number): Promise<void> {
  let base = firstShard;
  const property = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
    base += SHARDS;
    await runSteps(clients, base, steps);
  });
  await fc.assert(property, { numRuns: 60 });
}

async function runSteps(clients: readonly CheckpointStore[], base: number, steps: readonly Step[]): Promise<void> {
  const model = new MemoryCheckpointStore({ now: () => 0 });
  const beliefs = new Map<string, Belief>();
  const epochs = new Map<number, number>();
  const believed = (step: Step, shard: number) =>
    beliefs.get(`${step.node}/${shard}`) ?? { epoch: 1, modelEpoch: -1, number: 0 };

  for (const next of steps) {
    const client = clients[next.node % clients.length];
    if (client === undefined) throw new Error('no client');
    if (next.kind === 'acquire') {
      const [real, expected] = await Promise.all([
        client.acquire(base + next.shard, `node-${next.node}`),
        model.acquire(base + next.shard, `node-${next.node}`),
      ]);
      expect(real.epoch).toBeGreaterThan(epochs.get(next.shard) ?? 0);
      expect(readable(real.records)).toEqual(readable(expected.records));
      epochs.set(next.shard, real.epoch);
      beliefs.set(`${next.node}/${next.shard}`, { epoch: real.epoch, modelEpoch: expected.epoch, number: 0 });
    } else if (next.kind === 'release') {
      const { epoch, modelEpoch } = believed(next, next.shard);
      await client.release(base + next.shard, epoch);
      await model.release(base + next.shard, modelEpoch);
    } else {
      const commits = next.changes.map((one) => toCommit(base, one, believed(next, one.shard)));
      const modelCommits = next.changes.map((one, n): ShardCommit => {
        const commit = commits[n];
        if (commit === undefined) throw new Error('no commit');
        return { ...commit, epoch: believed(next, one.shard).modelEpoch };
      });
      expect(await client.commit(commits)).toEqual(await model.commit(modelCommits));
    }
  }
  const ofRun = (await clients[0]?.shards())?.filter((lease) => lease.shard >= base && lease.shard < base + SHARDS);
  const leases = (await model.shards()).map((lease) => ({ ...lease, epoch: epochs.get(lease.shard - base) }));
  expect(ofRun).toEqual(leases);
}

function toCommit(base: number, change: Change, belief: Belief): ShardCommit {
  belief.number += change.ahead;
  return {
    shard: base + change.shard,
    epoch: belief.epoch,
    number: belief.number,
    puts: change.puts.map(([who, value]) => ({ user: nth(who), snapshot: Uint8Array.of(value) })),
    removes: change.removes.filter((who) => change.puts.every(([other]) => other !== who)).map(nth),
  };
}

function nth(who: number) {
  const key = USERS[who];
  if (key === undefined) throw new Error(`no user ${who}`);
  return key;
}

function readable(records: readonly { user: Parameters<typeof keyToUuid>[0]; snapshot: Uint8Array }[]) {
  return new Map(records.map(({ user, snapshot }) => [keyToUuid(user), Array.from(snapshot)]));
}
