import { expect } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { CheckpointRecord, CheckpointStore, ShardCommit } from '../../lib/ports/checkpoint-store.ts';
import { mustUuidKey, type UuidKey } from '../../lib/uuid.ts';

/** Commits one new record after the other, two at a time as a node would that gave up on the first, until refused. */
export function commitUntilRefused(store: CheckpointStore, shard: number, epoch: number) {
  let count = 0;
  let wake: () => void = () => undefined;
  const run = async () => {
    const applied: CheckpointRecord[] = [];
    for (let number = 1; ; number += 2) {
      const pair = [record(), record()];
      const outcomes = await Promise.all(pair.map((one, n) => store.commit([put(shard, epoch, number + n, one)])));
      applied.push(...pair.filter((_, n) => outcomes[n]?.[0]?.applied));
      count += 1;
      wake();
      // The first of the two is also refused when the second came in before it.
      if (outcomes[1]?.[0]?.applied === false) return applied;
    }
  };
  return {
    applied: run(),
    async reached(target: number) {
      while (count < target) await new Promise<void>((resolve) => (wake = resolve));
    },
  };
}

export function newUser(): UuidKey {
  return mustUuidKey(randomUUID());
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function record(): CheckpointRecord {
  const user = newUser();
  return { user, snapshot: bytes(`snapshot of ${user}`) };
}

export function put(shard: number, epoch: number, number: number, ...puts: CheckpointRecord[]): ShardCommit {
  return { shard, epoch, number, puts, removes: [] };
}

export function byUser(records: readonly CheckpointRecord[]): Map<UuidKey, string> {
  const map = new Map(records.map(({ user, snapshot }) => [user, Buffer.from(snapshot).toString('hex')]));
  expect(map.size).toBe(records.length);
  return map;
}
