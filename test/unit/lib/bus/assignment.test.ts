import { describe, expect, it } from '@jest/globals';
import { Assignment, type Position } from '../../../../lib/bus/assignment.ts';
import type { IncomingMessage } from '../../../../lib/ports/event-bus.ts';
import { VirtualTime } from '../../../simulation/virtual-time.ts';

function message(partition: number, offset: number): IncomingMessage {
  return { topic: 't', partition, offset, key: null, value: '', headers: {}, timestamp: 0 };
}

const at = (partition: number, offset: number): Position => ({ topic: 't', partition, offset });

function bench() {
  const time = new VirtualTime(0);
  const commits: Position[][] = [];
  const failures: unknown[] = [];
  const told = {
    handle: async (_: IncomingMessage): Promise<void> => undefined,
    commit: async (): Promise<void> => undefined,
  };
  let room = 0;
  const assignment = new Assignment({
    subscription: {
      group: 'g',
      topics: ['t'],
      handle: (incoming) => told.handle(incoming),
      retry: { maxAttempts: null, firstPauseMs: 10, maxPauseMs: 10 },
      events: {
        retrying: () => undefined,
        deadLettered: () => undefined,
        failed: (error) => failures.push(error),
      },
    },
    bury: async () => undefined,
    commit: async (positions) => {
      await told.commit();
      commits.push([...positions]);
    },
    onRoom: () => (room += 1),
    mayBegin: () => true,
    clock: { now: () => time.now, after: (ms, callback) => time.after(ms, callback) },
    random: () => 0.5,
    limits: { lowWater: 2, commitEvery: 3, commitAfterMs: 100 },
  });
  return { time, commits, failures, told, assignment, room: () => room };
}

describe('an assignment', () => {
  it('commits behind the work: after so many messages, or so long after the first', async () => {
    const { time, commits, assignment } = bench();
    assignment.assign(at(0, 5));
    assignment.deliver(
      at(0, 5),
      [5, 6, 7, 8].map((offset) => message(0, offset)),
      9,
    );
    await time.advance(0);
    await time.advance(0);
    expect(commits).toEqual([[at(0, 8)]]);
    await time.advance(100);
    expect(commits).toEqual([[at(0, 8)], [at(0, 9)]]);
  });

  it('wants more of a partition only while few of its messages wait, whatever the others do', async () => {
    const { time, told, assignment, room } = bench();
    told.handle = ({ partition }) => (partition === 0 ? new Promise(() => undefined) : Promise.resolve());
    assignment.assign(at(0, 0));
    assignment.assign(at(1, 0));
    assignment.deliver(at(0, 0), [message(0, 0), message(0, 1)], 2);
    assignment.deliver(at(1, 0), [message(1, 0), message(1, 1)], 2);
    const before = room();
    await time.advance(0);
    expect(assignment.wanting()).toEqual([at(1, 2)]);
    expect(room()).toBe(before + 1);
  });

  it('drops what was read for a place that is no longer the next one', async () => {
    const { time, assignment } = bench();
    assignment.assign(at(0, 0));
    assignment.assign(at(0, 7));
    assignment.deliver(at(0, 0), [message(0, 0)], 1);
    await time.advance(0);
    expect(assignment.partitions()).toEqual([at(0, 7)]);
    expect(assignment.wanting()).toEqual([at(0, 7)]);
  });

  it('never commits for a partition that was taken away, nor what its last message did', async () => {
    const { time, commits, told, assignment } = bench();
    let release: () => void = () => undefined;
    told.handle = ({ offset }) => (offset === 1 ? new Promise((resolve) => (release = resolve)) : Promise.resolve());
    assignment.assign(at(0, 0));
    assignment.deliver(at(0, 0), [message(0, 0), message(0, 1)], 2);
    await time.advance(0);
    assignment.revoke('t', 0);
    release();
    await time.advance(1000);
    await assignment.flush();
    expect(commits).toEqual([]);
  });

  it('keeps what a failed commit did not store, and tries again', async () => {
    const { time, commits, failures, told, assignment } = bench();
    told.commit = async () => {
      throw new Error('no coordinator');
    };
    assignment.assign(at(0, 0));
    assignment.deliver(at(0, 0), [message(0, 0)], 1);
    await time.advance(100);
    expect(failures).toHaveLength(1);
    told.commit = async () => undefined;
    await time.advance(1000);
    expect(commits).toEqual([[at(0, 1)]]);
  });

  it('makes no commit of its own while it is suspended, and makes up for it afterwards', async () => {
    const { time, commits, told, assignment } = bench();
    let release: () => void = () => undefined;
    told.handle = () => new Promise((resolve) => (release = resolve));
    assignment.assign(at(0, 0));
    assignment.deliver(at(0, 0), [message(0, 0)], 1);
    const suspended = assignment.suspend();
    release();
    await suspended;
    await time.advance(10_000);
    expect(commits).toEqual([]);
    assignment.resume();
    await time.advance(100);
    expect(commits).toEqual([[at(0, 1)]]);
  });
});
