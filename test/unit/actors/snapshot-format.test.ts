import { beforeEach, describe, expect, it } from '@jest/globals';
import { SnapshotFormat } from '../../../actors/snapshot-format.ts';
import { snapshotCodec, SNAPSHOTS } from '../../../actors/snapshot.ts';
import { NOTHING_HELD } from '../../../actors/session.ts';
import type { UuidKey } from '../../../lib/uuid.ts';
import { NEXT, nextSnapshots } from '../../next-snapshots.ts';
import { VirtualTime } from '../../simulation/virtual-time.ts';

const HOLD_MS = 10_000;
const OLDER = snapshotCodec.reads;
const NEWER = nextSnapshots.reads;
const asIs = (game: UuidKey): UuidKey => game;

let time: VirtualTime;
let format: SnapshotFormat;

beforeEach(() => {
  time = new VirtualTime(1_728_000_000_000);
  format = new SnapshotFormat(nextSnapshots, { now: () => time.now, after: time.after.bind(time) }, HOLD_MS);
});

const write = (): number => nextSnapshots.versionOf(format.encode(NOTHING_HELD));

describe('the version in which checkpoints are written', () => {
  it('is the one of the release before as long as nothing is known of the others', async () => {
    await time.advance(10 * HOLD_MS);
    expect(format.version).toBe(SNAPSHOTS.newest);
  });

  it('stays there while one engine reads no newer one', async () => {
    format.setMembers([NEWER, OLDER, NEWER]);
    await time.advance(10 * HOLD_MS);
    expect(write()).toBeLessThan(NEXT);
  });

  it('rises when all have read the newer one for a while', async () => {
    format.setMembers([NEWER, OLDER]);
    await time.advance(HOLD_MS);
    format.setMembers([NEWER, NEWER]);
    await time.advance(HOLD_MS - 1);
    expect(write()).toBeLessThan(NEXT);
    await time.advance(1);
    expect(write()).toBe(NEXT);
  });

  it('waits anew when the last engine of the older release was only away for a moment', async () => {
    format.setMembers([NEWER]);
    await time.advance(HOLD_MS - 1);
    format.setMembers([NEWER, OLDER]);
    await time.advance(1);
    format.setMembers([NEWER]);
    await time.advance(HOLD_MS - 1);
    expect(format.version).toBe(SNAPSHOTS.newest);
  });

  it('falls at once when an engine joins that reads no newer one', async () => {
    format.setMembers([NEWER]);
    await time.advance(HOLD_MS);
    expect(format.version).toBe(NEXT);
    format.setMembers([NEWER, OLDER]);
    expect(format.version).toBe(SNAPSHOTS.newest);
  });

  it('is at once what the store holds, where all read that', () => {
    format.setMembers([NEWER, NEWER]);
    const { version } = format.decode(nextSnapshots.encode(NOTHING_HELD, NEXT), asIs);
    expect(version).toBe(NEXT);
    expect(format.version).toBe(NEXT);
  });

  it('is not what the store holds while one engine cannot read that', () => {
    format.setMembers([NEWER, OLDER]);
    format.decode(nextSnapshots.encode(NOTHING_HELD, NEXT), asIs);
    expect(format.version).toBe(SNAPSHOTS.newest);
  });

  it('does not change when the last other engine leaves', () => {
    format.setMembers([NEWER, OLDER]);
    format.setMembers([]);
    expect(format.version).toBe(SNAPSHOTS.newest);
  });

  it('never falls below what every release of today reads, whoever joins', () => {
    format.setMembers([{ oldest: 1, newest: 1 }]);
    expect(format.version).toBe(SNAPSHOTS.newest);
  });
});
