/** Engines of two releases in one cluster: what they write, what they refuse, and who stands in. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Command } from '../../../actors/messages.ts';
import { ownerOf } from '../../../actors/placement.ts';
import { snapshotCodec } from '../../../actors/snapshot.ts';
import type { VersionRange } from '../../../actors/versions.ts';
import { NEXT, nextSnapshots } from '../../next-snapshots.ts';
import { key } from './play.ts';
import { beatOf, startOf, TestBed, type TestNode } from './test-bed.ts';

const GUEST_MS = 20_000;
const USER = key('user');
/** The owner of the only shard, and the node that does not own it while both are there. */
const OWNER = ownerOf(0, ['a', 'b']) ?? '';
const OTHER = OWNER === 'a' ? 'b' : 'a';

let bed: TestBed;
let older: TestNode;
let newer: TestNode;

const reads = (node: string): VersionRange => (node === OTHER ? nextSnapshots.reads : snapshotCodec.reads);

beforeEach(() => {
  bed = new TestBed();
  older = bed.node(OWNER, { snapshotHoldMs: 0, guestMs: GUEST_MS });
  newer = bed.node(OTHER, { snapshotHoldMs: 0, guestMs: GUEST_MS }, nextSnapshots);
});

const written = (): number => {
  const put = bed.commits.flatMap(({ puts }) => puts).at(-1);
  return put === undefined ? 0 : snapshotCodec.versionOf(put.snapshot);
};
const bothKnowEachOther = (): void => {
  for (const { host } of [newer, older]) host.setMembers(['a', 'b'], ['a', 'b'], reads);
};

/** The newer release alone: it writes its own version. */
async function playedOnNewer(): Promise<void> {
  newer.host.setMembers([OTHER], [OTHER], reads);
  await bed.time.advance(100);
  newer.ask(USER, startOf('s'));
  await bed.time.advance(100);
  expect(written()).toBe(NEXT);
}

describe('an engine that is joined by one of the release before', () => {
  it('hands its shards over in the version that the other reads', async () => {
    await playedOnNewer();
    older.host.setMembers([OTHER], [OTHER], reads); // it was told who has the shards, and waits to be offered them
    bothKnowEachOther();
    await bed.time.advance(5_000);
    expect(written()).toBeLessThan(NEXT);
    expect(older.events).toContain('acquired 0');
    expect(older.events).not.toContain(`cannot read 0, ${OTHER} stands in`);
    const beat = older.ask(USER, beatOf('s', 1));
    await bed.time.advance(100);
    expect(beat.answer).toMatchObject({ kind: 'reply', reply: { outcome: 'accepted' } });
  });

  it('writes what it has just committed in its own version, too, before the other gets it', async () => {
    await playedOnNewer();
    bed.storeWire.faults = { ...bed.storeWire.faults, late: 1 };
    const beat = newer.ask(USER, beatOf('s', 1));
    bothKnowEachOther();
    await bed.time.advance(10_000);
    bed.storeWire.faults = { ...bed.storeWire.faults, late: 0 };
    await bed.time.advance(60_000);
    expect(beat.answer).not.toBeNull();
    expect(written()).toBeLessThan(NEXT);
  });
});

describe('an engine that finds checkpoints of a newer release', () => {
  it('refuses their users and leaves them as they are when nobody reads them', async () => {
    await playedOnNewer();
    newer.process.kill();
    const before = bed.commits.length;
    older.host.setMembers([OWNER], [OWNER], reads);
    await bed.time.advance(100);
    const beat = older.ask(USER, beatOf('s', 1));
    await bed.time.advance(100);
    expect(beat.answer).toEqual({
      kind: 'unavailable',
      reason: `a checkpoint has version ${NEXT}, this engine reads 1 to 2`,
    });
    expect(older.events).toContain('cannot read 0, nobody stands in');
    expect(older.host.stats().unreadable).toBe(1);
    await bed.time.advance(GUEST_MS * 3);
    expect(bed.commits).toHaveLength(before);
  });

  it('has one that reads them serve the shard, and gets it back in the version that both read', async () => {
    await playedOnNewer();
    newer.process.pause(); // so that it hands nothing over
    bothKnowEachOther();
    await bed.time.advance(10_000);
    expect(older.events).toContain(`cannot read 0, ${OTHER} stands in`);
    const elsewhere = older.ask(USER, beatOf('s', 1));
    await bed.time.advance(100);
    expect(elsewhere.answer).toEqual({ kind: 'not_owner', owner: OTHER });

    newer.process.resume();
    older.host.setMembers(['a', 'b'], ['a', 'b'], reads); // it looks again, and asks again
    await bed.time.advance(5_000);
    const beat = newer.ask(USER, beatOf('s', 2));
    await bed.time.advance(100);
    expect(beat.answer).toMatchObject({ kind: 'reply', reply: { outcome: 'accepted' } });

    await bed.time.advance(2 * GUEST_MS);
    expect(written()).toBeLessThan(NEXT);
    const back = older.ask(USER, beatOf('s', 3));
    await bed.time.advance(100);
    expect(back.answer).toMatchObject({ kind: 'reply', reply: { outcome: 'accepted' } });
    expect(older.host.stats().unreadable).toBe(0);
  });
});

describe('an engine that is asked to stand in', () => {
  /** The older engine takes the shard, to no avail. */
  async function taken(): Promise<void> {
    await playedOnNewer();
    older.host.setMembers([OWNER], [OWNER], reads);
    await bed.time.advance(100);
    expect(older.events).toContain('cannot read 0, nobody stands in');
  }

  async function servesAtOnce(): Promise<void> {
    newer.host.standIn([0]);
    await bed.time.advance(200);
    const beat = newer.ask(USER, beatOf('s', 2));
    await bed.time.advance(100);
    expect(beat.answer).toMatchObject({ kind: 'reply', reply: { outcome: 'accepted' } });
  }

  it('does so at once when it has not even noticed that the shard was taken', async () => {
    await taken();
    await servesAtOnce();
  });

  it('does so at once when it has been fenced off', async () => {
    await taken();
    const beat = newer.ask(USER, beatOf('s', 1));
    await bed.time.advance(100);
    expect(beat.answer).toEqual({ kind: 'not_owner', owner: OWNER });
    await servesAtOnce();
  });

  it('takes nothing up when it leaves, or has left', async () => {
    await taken();
    newer.host.setMembers([OWNER], [OWNER, OTHER], reads);
    await bed.time.advance(GUEST_MS);
    const before = newer.events.length;
    newer.host.standIn([0]);
    await bed.time.advance(1_000);
    expect([newer.host.stats().shards, newer.events.length]).toEqual([0, before]);
  });
});

describe('a command that only a newer release knows', () => {
  it('is refused by itself, and the others of its batch are carried out', async () => {
    older.host.setMembers([OWNER], [OWNER], reads);
    await bed.time.advance(100);
    const deadline = bed.time.now + 5_000;
    const unknown = { kind: 'toString' } as unknown as Command;
    const answers = older.host.deliver([
      { user: USER, command: unknown, deadline },
      { user: USER, command: startOf('s'), deadline },
    ]);
    await bed.time.advance(100);
    expect(await answers).toMatchObject([
      { kind: 'unavailable', reason: 'this engine does not know the command toString' },
      { kind: 'reply', reply: { outcome: 'started' } },
    ]);
  });
});
