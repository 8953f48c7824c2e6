import { beforeEach, describe, expect, it } from '@jest/globals';
import { Flusher, type Flushed } from '../../../actors/flusher.ts';
import { Shard } from '../../../actors/shard.ts';
import { turn } from '../../../actors/user-actor.ts';
import type { Command } from '../../../actors/messages.ts';
import type { SessionRow } from '../../../lib/ports/playtime-sink.ts';
import { VirtualTime } from '../../simulation/virtual-time.ts';
import { formatOf, key, RULES, sessionIn } from './play.ts';
import { beatOf, startOf } from './test-bed.ts';

interface Write {
  readonly rows: readonly SessionRow[];
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const GATHER_MS = 200;
const A_WHILE = 10_000;

let time: VirtualTime;
let writes: Write[];
let events: string[];
let flusher: Flusher;
let shard: Shard;

beforeEach(() => {
  time = new VirtualTime(1_728_043_200_000);
  writes = [];
  events = [];
  flusher = flusherOf(3);
  shard = new Shard(0, 7, time.now, 120_000, formatOf(time));
});

function flusherOf(batch: number): Flusher {
  return new Flusher(
    { flush: (rows) => new Promise((resolve, reject) => void writes.push({ rows, resolve, reject })) },
    { now: () => time.now, after: time.after.bind(time) },
    { batch, gatherMs: GATHER_MS, maxBackoffMs: 2_000, random: () => 0.5 },
    { flushed: (rows) => void events.push(`flushed ${rows}`), flushFailed: () => void events.push('failed') },
  );
}

/** Carries the command out in the shard's memory, and has it committed unless told otherwise. */
function act(user: string, command: Command, committed = true): void {
  const before = shard.state(key(user));
  const { state } = turn(before, command, time.now, RULES);
  shard.update(key(user), state, time.now + A_WHILE);
  if (committed) shard.applied(shard.cut());
}

const last = (): Write => {
  const write = writes.at(-1);
  if (!write) throw new Error('nothing was written');
  return write;
};
const told = ({ rows }: Write): [string, number][] =>
  rows.map(({ sessionId, rev }) => [sessionId.replaceAll('.', ''), rev]);

describe('a flusher', () => {
  it('gathers users for a moment, and writes what they have unwritten in one call', async () => {
    act('u1', startOf('one'));
    act('u2', startOf('two'));
    flusher.enqueue(shard, key('u1'));
    flusher.enqueue(shard, key('u2'));
    await time.advance(GATHER_MS - 1);
    expect(writes).toHaveLength(0);
    await time.advance(1);
    expect(writes.map(told)).toEqual([
      [
        ['one', 1],
        ['two', 1],
      ],
    ]);
  });

  it('does not wait when a batch is full, and writes one batch at a time', async () => {
    for (const n of [1, 2, 3, 4]) {
      act(`u${n}`, startOf(`s${n}`));
      flusher.enqueue(shard, key(`u${n}`));
    }
    await time.advance(GATHER_MS);
    expect(writes.map(({ rows }) => rows.length)).toEqual([3]);
    last().resolve();
    await time.advance(GATHER_MS);
    expect(writes.map(({ rows }) => rows.length)).toEqual([3, 1]);
  });

  it('writes nothing of a user before it is committed (F1)', async () => {
    act('u1', startOf('one'), false);
    flusher.enqueue(shard, key('u1'));
    await time.advance(A_WHILE);
    expect(writes).toHaveLength(0);
    const cut = shard.cut();
    await time.advance(A_WHILE);
    expect(writes).toHaveLength(0);
    shard.applied(cut);
    await time.advance(2 * GATHER_MS);
    expect(writes.map(told)).toEqual([[['one', 1]]]);
  });

  it('holds a revision for written only when the sink has confirmed it (F2)', async () => {
    act('u1', startOf('one'));
    flusher.enqueue(shard, key('u1'));
    await time.advance(GATHER_MS);
    expect(sessionIn(shard.state(key('u1')), 'one').flushedRev).toBe(0);
    act('u1', beatOf('one', 1));
    last().resolve();
    await time.advance(0);
    expect(sessionIn(shard.state(key('u1')), 'one')).toMatchObject({ rev: 2, flushedRev: 1 });
  });

  it('tries again what failed, after growing pauses, with what it is by then', async () => {
    act('u1', startOf('one'));
    flusher.enqueue(shard, key('u1'));
    const pauses: number[] = [];
    for (let failures = 0; failures < 7; failures += 1) {
      const before = writes.length;
      const since = time.now;
      while (writes.length === before) await time.advance(10);
      pauses.push(time.now - since);
      last().reject(new Error('down'));
      await time.advance(0);
      expect(sessionIn(shard.state(key('u1')), 'one').flushedRev).toBe(0);
    }
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    expect(pauses.at(-1)).toBeLessThanOrEqual(2_000 + GATHER_MS + 10);
    act('u1', beatOf('one', 1));
    await time.advance(A_WHILE);
    expect(told(last())).toEqual([['one', 2]]);
  });

  it('leaves alone what was let go: the next owner writes it', async () => {
    act('u1', startOf('one'));
    flusher.enqueue(shard, key('u1'));
    shard.close({ kind: 'not_owner', owner: null });
    await time.advance(A_WHILE);
    expect(writes).toHaveLength(0);
    expect(flusher.backlog.users).toBe(0);
  });

  it('tells how many users wait, and for how long', async () => {
    act('u1', startOf('one'), false);
    flusher.enqueue(shard, key('u1'));
    await time.advance(5_000);
    expect(flusher.backlog).toEqual({ users: 1, lagMs: 5_000 });
  });

  it('writes the others, even if the sink can never take one of them', async () => {
    flusher = flusherOf(100);
    for (const n of [1, 2, 3, 4]) {
      act(`u${n}`, startOf(`s${n}`));
      flusher.enqueue(shard, key(`u${n}`));
    }
    const poison = key('s2');
    const answer = (): void => {
      for (const write of writes.splice(0)) {
        if (write.rows.some(({ sessionId }) => sessionId === poison)) write.reject(new Error('no such partition'));
        else write.resolve();
      }
    };
    for (let passed = 0; passed < 60_000; passed += 10) {
      await time.advance(10);
      answer();
    }
    const flushed = [1, 2, 3, 4].map((n) => sessionIn(shard.state(key(`u${n}`)), `s${n}`).flushedRev);
    expect(flushed).toEqual([1, 0, 1, 1]);
  });
});

describe('a request to a flusher', () => {
  async function request(withinMs: number): Promise<{ outcome: Flushed | null }> {
    const asked: { outcome: Flushed | null } = { outcome: null };
    void flusher.request(shard, key('u1'), time.now + withinMs).then((outcome) => (asked.outcome = outcome));
    await time.advance(0);
    return asked;
  }

  /** As the host does it. */
  function letGo(): void {
    shard.close({ kind: 'not_owner', owner: null });
    flusher.letGo(shard);
  }

  it('is answered when everything of the user is written', async () => {
    act('u1', startOf('one'));
    const asked = await request(A_WHILE);
    await time.advance(GATHER_MS);
    expect(asked.outcome).toBeNull();
    last().resolve();
    await time.advance(0);
    expect(asked.outcome).toBe('written');
  });

  it('does not wait for what happened after it', async () => {
    act('u1', startOf('one'));
    const asked = await request(A_WHILE);
    await time.advance(GATHER_MS);
    act('u1', beatOf('one', 1));
    last().resolve();
    await time.advance(0);
    expect(asked.outcome).toBe('written');
  });

  it('is answered soon when everything is written already', async () => {
    const asked = await request(A_WHILE);
    await time.advance(2 * GATHER_MS);
    expect(asked.outcome).toBe('written');
    expect(writes).toHaveLength(0);
  });

  it('is too late when its deadline passes', async () => {
    act('u1', startOf('one'));
    const asked = await request(1_000);
    await time.advance(1_000);
    expect(asked.outcome).toBe('late');
  });

  it('hears at once that the shard was let go, also while the database does not answer', async () => {
    act('u1', startOf('one'));
    const asked = await request(A_WHILE);
    await time.advance(GATHER_MS);
    expect(writes).toHaveLength(1);
    letGo();
    await time.advance(0);
    expect(asked.outcome).toBe('let_go');
  });

  it('hears it also when the shard was let go before', async () => {
    act('u1', startOf('one'));
    letGo();
    const asked = await request(A_WHILE);
    expect(asked.outcome).toBe('let_go');
    expect(flusher.backlog.users).toBe(0);
  });

  it('of another shard goes on', async () => {
    act('u1', startOf('one'));
    const asked = await request(A_WHILE);
    flusher.letGo(new Shard(1, 7, time.now, 120_000, formatOf(time)));
    await time.advance(GATHER_MS);
    last().resolve();
    await time.advance(0);
    expect(asked.outcome).toBe('written');
  });
});
