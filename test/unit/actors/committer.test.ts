import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Answer } from '../../../actors/envelope.ts';
import { Committer } from '../../../actors/committer.ts';
import { Shard } from '../../../actors/shard.ts';
import { NOTHING_HELD } from '../../../actors/session.ts';
import { turn } from '../../../actors/user-actor.ts';
import type { CheckpointStore, CommitOutcome, ShardCommit } from '../../../lib/ports/checkpoint-store.ts';
import { VirtualTime } from '../../simulation/virtual-time.ts';
import { formatOf, key, RULES } from './play.ts';
import { SERVED } from './controlled-transport.ts';
import { startOf } from './test-bed.ts';

interface Call {
  readonly commits: readonly ShardCommit[];
  readonly resolve: (outcomes: readonly CommitOutcome[]) => void;
  readonly reject: (error: Error) => void;
}

const RETRY_MS = 100;
const APPLIED: CommitOutcome = { applied: true };

let time: VirtualTime;
let calls: Call[];
let events: string[];
let committer: Committer;

beforeEach(() => {
  time = new VirtualTime(1_728_043_200_000);
  calls = [];
  events = [];
  const unused = (): never => {
    throw new Error('a committer only commits');
  };
  const store: CheckpointStore = {
    acquire: unused,
    release: unused,
    shards: unused,
    ping: unused,
    close: unused,
    commit: (commits) => new Promise((resolve, reject) => void calls.push({ commits, resolve, reject })),
  };
  const clock = { now: () => time.now, after: time.after.bind(time) };
  committer = new Committer(
    store,
    clock,
    {
      fenced: (shard, owner) => {
        events.push(`fenced ${shard.id} by ${owner ?? 'nobody'}`);
        shard.close({ kind: 'not_owner', owner });
        committer.letGo(shard);
      },
      committed: (shards, records) => void events.push(`committed ${records} records of ${shards} shards`),
      commitFailed: () => void events.push('failed'),
    },
    RETRY_MS,
  );
});

const shardOf = (id: number): Shard => new Shard(id, 7, time.now, 120_000, formatOf(time));

/** A command that changes something, its answer waiting for the commit. */
function change(shard: Shard, user: string): { answer: Answer | null } {
  const { state } = turn(NOTHING_HELD, startOf(user), time.now, RULES);
  shard.update(key(user), state, time.now + 1_000);
  return read(shard, user);
}

function read(shard: Shard, user: string): { answer: Answer | null } {
  const question: { answer: Answer | null } = { answer: null };
  shard.await({ user: key(user), answer: SERVED, settle: (answer) => (question.answer = answer) });
  committer.request(shard);
  return question;
}

const last = (): Call => {
  const call = calls.at(-1);
  if (!call) throw new Error('nothing was committed');
  return call;
};
const usersOf = (call: Call): string[][] =>
  call.commits.map(({ puts }) => puts.map(({ user }) => user.replaceAll('.', '')));

describe('a committer', () => {
  it('has one commit in flight, and gathers what happens meanwhile for the next (G1)', async () => {
    const shard = shardOf(0);
    change(shard, 'a');
    await time.advance(0);
    change(shard, 'b');
    change(shard, 'c');
    await time.advance(1_000);
    expect(calls.map(usersOf)).toEqual([[['a']]]);
    last().resolve([APPLIED]);
    await time.advance(0);
    expect(calls.map(usersOf)).toEqual([[['a']], [['b', 'c']]]);
    expect(calls.map(({ commits }) => commits[0]?.number)).toEqual([1, 2]);
  });

  it('commits all shards that have something to say in one call', async () => {
    change(shardOf(3), 'a');
    change(shardOf(5), 'b');
    await time.advance(0);
    expect(last().commits.map(({ shard, epoch }) => [shard, epoch])).toEqual([
      [3, 7],
      [5, 7],
    ]);
  });

  it('lets the answers go when their commit was applied, and not before (S1)', async () => {
    const shard = shardOf(0);
    const first = change(shard, 'a');
    await time.advance(0);
    const second = read(shard, 'a');
    last().resolve([APPLIED]);
    await time.advance(0);
    expect([first.answer, second.answer]).toEqual([SERVED, null]);
    last().resolve([APPLIED]);
    await time.advance(0);
    expect(second.answer).toEqual(SERVED);
  });

  it('acknowledges nothing when the outcome is unknown, and commits the changes again after a pause (G2)', async () => {
    const shard = shardOf(0);
    const question = change(shard, 'a');
    await time.advance(0);
    last().reject(new Error('connection cut'));
    await time.advance(0);
    expect(question.answer).toMatchObject({ kind: 'unavailable' });
    expect(shard.isCommitted(key('a'))).toBe(false);
    change(shard, 'b');
    await time.advance(RETRY_MS - 1);
    expect(calls).toHaveLength(1);
    await time.advance(1);
    expect(usersOf(last()).flat().toSorted()).toEqual(['a', 'b']);
    expect(last().commits[0]?.number).toBe(2);
    last().resolve([APPLIED]);
    await time.advance(0);
    expect(shard.isCommitted(key('a'))).toBe(true);
    expect(shard.needsCommit).toBe(false);
  });

  it('tells of a fence, answers with the owner, and drops what had gathered', async () => {
    const [shard, other] = [shardOf(0), shardOf(1)];
    const question = change(shard, 'a');
    const elsewhere = change(other, 'b');
    await time.advance(0);
    const gathered = change(shard, 'c');
    last().resolve([{ applied: false, owner: 'them' }, APPLIED]);
    await time.advance(1_000);
    expect(question.answer).toEqual({ kind: 'not_owner', owner: 'them' });
    expect(gathered.answer).toEqual({ kind: 'not_owner', owner: 'them' });
    expect(elsewhere.answer).toEqual(SERVED);
    expect(events).toContain('fenced 0 by them');
    expect(calls).toHaveLength(1);
  });

  it('does not commit a shard again that was let go while its commit had no outcome', async () => {
    const shard = shardOf(0);
    change(shard, 'a');
    await time.advance(0);
    shard.close({ kind: 'not_owner', owner: null });
    committer.letGo(shard);
    last().reject(new Error('connection cut'));
    await time.advance(1_000);
    expect(calls).toHaveLength(1);
  });

  it('still acknowledges a commit that was applied after the shard was let go', async () => {
    const shard = shardOf(0);
    const question = change(shard, 'a');
    await time.advance(0);
    shard.close({ kind: 'not_owner', owner: null });
    committer.letGo(shard);
    last().resolve([APPLIED]);
    await time.advance(0);
    expect(question.answer).toEqual(SERVED);
  });
});

describe('waiting for a shard to settle', () => {
  async function isSettled(shard: Shard): Promise<() => boolean> {
    let settled = false;
    void committer.settled(shard).then(() => (settled = true));
    await time.advance(0);
    return () => settled;
  }

  it('is over at once when there is nothing to commit', async () => {
    expect((await isSettled(shardOf(0)))()).toBe(true);
  });

  it('is over when what was in flight and what gathered has been applied', async () => {
    const shard = shardOf(0);
    change(shard, 'a');
    await time.advance(0);
    change(shard, 'b');
    const settled = await isSettled(shard);
    last().resolve([APPLIED]);
    await time.advance(0);
    expect(settled()).toBe(false);
    last().resolve([APPLIED]);
    await time.advance(0);
    expect(settled()).toBe(true);
  });

  it('is over when an unknown outcome leaves nothing to commit', async () => {
    const shard = shardOf(0);
    read(shard, 'a');
    await time.advance(0);
    const settled = await isSettled(shard);
    last().reject(new Error('connection cut'));
    await time.advance(0);
    expect(settled()).toBe(true);
  });

  it('goes on while an unknown outcome is tried again', async () => {
    const shard = shardOf(0);
    change(shard, 'a');
    await time.advance(0);
    const settled = await isSettled(shard);
    last().reject(new Error('connection cut'));
    await time.advance(RETRY_MS);
    expect(settled()).toBe(false);
    last().resolve([APPLIED]);
    await time.advance(0);
    expect(settled()).toBe(true);
  });

  it('is over when the shard is fenced', async () => {
    const shard = shardOf(0);
    change(shard, 'a');
    await time.advance(0);
    const settled = await isSettled(shard);
    last().resolve([{ applied: false, owner: null }]);
    await time.advance(0);
    expect(settled()).toBe(true);
  });
});
