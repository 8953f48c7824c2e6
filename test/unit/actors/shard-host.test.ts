import { beforeEach, describe, expect, it } from '@jest/globals';
import { NOTHING_HELD } from '../../../actors/session.ts';
import { key, RULES } from './play.ts';
import { beatOf, endOf, startOf, TestBed, type TestNode } from './test-bed.ts';

const USER = key('user');

let bed: TestBed;
beforeEach(() => {
  bed = new TestBed();
});

/** The one of two nodes that placement gives the only shard, and the other. */
function pair(): { owner: TestNode; other: TestNode; names: { owner: string; other: string } } {
  const a = bed.node('a');
  const b = bed.node('b');
  return { owner: a, other: b, names: { owner: 'a', other: 'b' } };
}

describe('a shard host that owns a shard', () => {
  it('answers only after the commit was applied', async () => {
    const node = await bed.serving('a');
    bed.storeWire.faults.lost = 1;
    const start = node.ask(USER, startOf('one'));
    await bed.time.advance(900);
    expect(start.answer).toBeNull();
    await bed.time.advance(200);
    expect(start.answer).toMatchObject({ kind: 'unavailable' });
    bed.storeWire.faults.lost = 0;
    const again = node.ask(USER, startOf('one'));
    await bed.time.advance(1_500);
    expect(again.answer).toMatchObject({ kind: 'reply', reply: { kind: 'session', outcome: 'started' } });
    expect(bed.commits.at(-1)?.puts).toHaveLength(1);
  });

  it('commits what happens at the same moment together', async () => {
    const node = await bed.serving('a');
    const before = bed.commits.length;
    const asked = [key('u1'), key('u2'), key('u3')].map((user) => node.ask(user, startOf('one')));
    await bed.time.advance(50);
    expect(asked.every(({ answer }) => answer?.kind === 'reply')).toBe(true);
    expect(bed.commits.length - before).toBe(1);
  });

  it('sends even a read past the fence', async () => {
    const node = await bed.serving('a');
    const before = bed.commits.length;
    const held = node.ask(USER, { kind: 'held' });
    await bed.time.advance(50);
    expect(held.answer).toEqual({ kind: 'reply', reply: { kind: 'held', sessions: [] } });
    expect(bed.commits.length - before).toBe(1);
  });

  it('drops a command that comes after its deadline', async () => {
    const node = await bed.serving('a');
    node.process.pause();
    const late = node.ask(USER, startOf('one'), { withinMs: 1_000 });
    await bed.time.advance(2_000);
    node.process.resume();
    await bed.time.advance(100);
    expect(late.answer).toEqual({ kind: 'expired' });
    expect(node.host.peek(USER)).toEqual(NOTHING_HELD);
  });

  it('takes no more commands of one user than may wait for a commit', async () => {
    const node = await bed.serving('a');
    bed.storeWire.faults.lost = 1;
    const asked = Array.from({ length: 6 }, () => node.ask(USER, { kind: 'held' }));
    await bed.time.advance(1);
    expect(asked.map(({ answer }) => answer?.kind ?? null)).toEqual([
      null,
      null,
      null,
      null,
      'unavailable',
      'unavailable',
    ]);
  });

  it('takes no more commands for one shard than may wait for a commit', async () => {
    const node = await bed.serving('a');
    bed.storeWire.faults.lost = 1;
    const asked = Array.from({ length: 8 }, (_, n) => node.ask(key(`u${n}`), { kind: 'held' }));
    await bed.time.advance(1);
    expect(asked.filter(({ answer }) => answer?.kind === 'unavailable')).toHaveLength(2);
  });

  it('ends a session whose launcher has gone silent, has it written, and forgets it', async () => {
    const node = await bed.serving('a');
    node.ask(USER, startOf('one'));
    await bed.time.advance(60_000);
    node.ask(USER, beatOf('one', 1));
    await bed.time.advance(RULES.sessionTimeoutMs + 6_000);
    const row = bed.database.rows.get(key('one'));
    expect(row).toMatchObject({ ended: { reason: 'timeout' }, msByDay: [60_000] });
    expect(row?.ended?.at).toBe(row?.lastBeatAt);
    expect(node.host.stats()).toMatchObject({ liveSessions: 0 });
    await bed.time.advance(300_000);
    expect(node.host.stats()).toMatchObject({ users: 0 });
    expect(bed.store.records).toBe(0);
  });

  it('remembers a session that timed out for as long as one that was ended', async () => {
    const node = await bed.serving('a');
    node.ask(USER, startOf('one'));
    await bed.time.advance(RULES.sessionTimeoutMs + 50);
    node.ask(USER, { kind: 'held' }); // the turn notices before the timer does
    await bed.time.advance(RULES.lingerMs - 5_000);
    const late = node.ask(USER, beatOf('one', 1));
    await bed.time.advance(50);
    expect(late.answer).toMatchObject({ reply: { kind: 'refused', reason: 'session_ended' } });
  });

  it('remembers an ended session for as long after PostgreSQL has it at last: a start may have read the total before', async () => {
    const node = await bed.serving('a');
    node.ask(USER, startOf('one'));
    bed.databaseWire.faults.down = true;
    node.ask(USER, endOf('one', 1));
    await bed.time.advance(RULES.lingerMs * 4);
    bed.databaseWire.faults.down = false;
    await bed.time.advance(RULES.lingerMs - 5_000);
    expect(bed.database.rows.has(key('one'))).toBe(true);
    expect(node.host.peek(USER)?.sessions).toHaveLength(1);
    await bed.time.advance(RULES.lingerMs * 3);
    expect(node.host.stats()).toMatchObject({ users: 0 });
  });

  it('writes a live session every so often, and an ended one at once', async () => {
    const node = await bed.serving('a');
    node.ask(USER, startOf('one'));
    await bed.time.advance(125_000);
    expect(bed.database.rows.get(key('one'))).toMatchObject({ ended: null });
    node.ask(USER, endOf('one', 1));
    await bed.time.advance(1_000);
    expect(bed.database.rows.get(key('one'))).toMatchObject({ ended: { reason: 'ended' } });
  });

  it('answers a flush when the database has everything, and not before', async () => {
    const node = await bed.serving('a');
    node.ask(USER, startOf('one'));
    bed.databaseWire.faults.down = true;
    const flush = node.ask(USER, { kind: 'flush' }, { withinMs: 60_000 });
    await bed.time.advance(5_000);
    expect(flush.answer).toBeNull();
    bed.databaseWire.faults.down = false;
    await bed.time.advance(6_000);
    expect(flush.answer).toEqual({ kind: 'reply', reply: { kind: 'done' } });
    expect(bed.database.rows.has(key('one'))).toBe(true);
  });

  it('says that a flush did not happen when its deadline comes first', async () => {
    const node = await bed.serving('a');
    node.ask(USER, startOf('one'));
    bed.databaseWire.faults.down = true;
    const flush = node.ask(USER, { kind: 'flush' }, { withinMs: 3_000 });
    await bed.time.advance(3_100);
    expect(flush.answer).toMatchObject({ kind: 'unavailable' });
  });

  it('has everything written on demand', async () => {
    const node = await bed.serving('a');
    for (const user of [key('u1'), key('u2')]) node.ask(user, startOf(user.trim()));
    await bed.time.advance(50);
    const flushed = node.host.flushAll(bed.time.now + 5_000);
    await bed.time.advance(1_000);
    await expect(flushed).resolves.toBe(2);
    expect(bed.database.rows.size).toBe(2);
  });
});

describe('a shard host that was fenced', () => {
  it('drops its memory, names the new owner, and serves what that one committed when it takes the shard back', async () => {
    const { owner, other, names } = pair();
    owner.host.setMembers([names.owner]);
    await bed.time.advance(100);
    owner.ask(USER, startOf('one'));
    await bed.time.advance(50);
    other.host.setMembers([names.other]); // believes to be alone
    await bed.time.advance(100);
    other.ask(USER, endOf('one', 1));
    await bed.time.advance(50);
    const zombie = owner.ask(USER, beatOf('one', 1));
    await bed.time.advance(50);
    expect(zombie.answer).toEqual({ kind: 'not_owner', owner: names.other });
    expect(owner.host.peek(USER)).toBeNull();
    const cooling = owner.ask(USER, { kind: 'held' });
    await bed.time.advance(50);
    expect(cooling.answer).toEqual({ kind: 'not_owner', owner: names.other });
    await bed.time.advance(6_000);
    const back = owner.ask(USER, beatOf('one', 2));
    await bed.time.advance(50);
    expect(back.answer).toMatchObject({ reply: { kind: 'refused', reason: 'session_ended' } });
  });

  it('finds it out by itself, so that sessions time out that only the store knows of', async () => {
    const { owner, other, names } = pair();
    owner.host.setMembers([names.owner]); // holds the shard while it is empty
    await bed.time.advance(100);
    other.host.setMembers([names.other]);
    await bed.time.advance(100);
    other.ask(USER, startOf('one'));
    await bed.time.advance(50);
    other.process.kill(); // nobody asks for the user again
    await bed.time.advance(15_000 + 120_000 + RULES.sessionTimeoutMs);
    expect(bed.database.rows.get(key('one'))).toMatchObject({ ended: { reason: 'timeout' } });
  });

  it('looks at once when it is offered a shard that it believes to hold', async () => {
    const { owner, names } = pair();
    owner.host.setMembers([names.owner]);
    await bed.time.advance(100);
    const thief = await bed.serving('thief');
    void thief.host.drain([names.owner]);
    await bed.time.advance(100);
    expect(thief.events).toContain(`offered 0 to ${names.owner}`);
    expect(owner.events).toContain('fenced 0 by nobody');
  });

  it('takes the shard back when it was its own acquisition, given up on, that fenced it', async () => {
    const node = bed.node('a');
    bed.storeWire.faults.late = 1;
    node.host.setMembers(['a']);
    await bed.time.advance(1);
    bed.storeWire.faults.late = 0;
    await bed.time.advance(10_000);
    const question = node.ask(USER, { kind: 'held' });
    await bed.time.advance(50);
    expect(question.answer).not.toEqual({ kind: 'not_owner', owner: 'a' });
    await bed.time.advance(10_000);
    const later = node.ask(USER, { kind: 'held' });
    await bed.time.advance(50);
    expect(later.answer).toMatchObject({ kind: 'reply' });
  });
});

describe('a shard host that leaves', () => {
  it('settles, releases and offers every shard, and sends the rest after it', async () => {
    const { owner, other, names } = pair();
    owner.host.setMembers([names.owner]);
    await bed.time.advance(100);
    const last = owner.ask(USER, startOf('one'));
    other.host.setMembers([names.other]);
    const drained = owner.host.drain([names.other]);
    await bed.time.advance(3);
    const sealed = owner.ask(USER, { kind: 'held' });
    await bed.time.advance(500);
    await drained;
    expect(last.answer?.kind).toBe('reply');
    expect(sealed.answer).toEqual({ kind: 'not_owner', owner: names.other });
    expect(owner.host.stats().shards).toBe(0);
    const moved = other.ask(USER, { kind: 'held' });
    await bed.time.advance(100);
    expect(moved.answer).toMatchObject({ reply: { sessions: [{ sessionId: key('one') }] } });
  });

  it('sends a flush after its shard that has not reached the database when the shard goes', async () => {
    const { owner, other, names } = pair();
    owner.host.setMembers([names.owner]);
    await bed.time.advance(100);
    bed.databaseWire.faults.down = true;
    owner.ask(USER, startOf('one'));
    const flush = owner.ask(USER, { kind: 'flush' });
    await bed.time.advance(300);
    expect(flush.answer).toBeNull();
    other.host.setMembers([names.other]);
    const drained = owner.host.drain([names.other]);
    await bed.time.advance(100);
    await drained;
    expect(flush.answer).toMatchObject({ kind: 'not_owner' });
    bed.databaseWire.faults.down = false;
    const again = other.ask(USER, { kind: 'flush' });
    await bed.time.advance(3_000);
    expect(again.answer).toEqual({ kind: 'reply', reply: { kind: 'done' } });
    expect(bed.database.rows.has(key('one'))).toBe(true);
  });

  it('does not wait for longer than it must when the outcome of a last read is unknown', async () => {
    const node = await bed.serving('a');
    bed.storeWire.faults.unanswered = 1;
    node.ask(USER, { kind: 'held' });
    await bed.time.advance(10);
    const began = bed.time.now;
    let took = Infinity;
    void node.host.drain([]).then(() => (took = bed.time.now - began));
    await bed.time.advance(900);
    bed.storeWire.faults.unanswered = 0;
    await bed.time.advance(600);
    expect(took).toBeLessThan(1_500);
  });

  it('leaves even when the store does not answer', async () => {
    const node = await bed.serving('a');
    bed.storeWire.faults.lost = 1;
    const last = node.ask(USER, startOf('one'));
    let left = false;
    void node.host.drain(['b']).then(() => (left = true));
    await bed.time.advance(10_000);
    expect(left).toBe(true);
    expect(last.answer).toMatchObject({ kind: 'unavailable' });
  });

  it('leaves no timer behind, which would hold its process', async () => {
    const node = await bed.serving('a');
    node.ask(USER, startOf('one'));
    const drained = node.host.drain(['b']);
    await bed.time.advance(1_000);
    await drained;
    node.host.stop();
    expect(bed.time.waiting).toBe(0);
  });

  it('tells whoever still comes that it serves nothing once it has stopped', async () => {
    const node = await bed.serving('a');
    node.host.stop();
    const question = node.ask(USER, { kind: 'held' });
    await bed.time.advance(10);
    expect(question.answer).toEqual({ kind: 'not_owner', owner: null });
  });
});

describe('a shard host and placement', () => {
  it('loads a shard as soon as somebody asks for it', async () => {
    const node = bed.node('a');
    node.host.setMembers(['a']);
    const early = node.ask(USER, { kind: 'held' });
    await bed.time.advance(0);
    expect(early.answer).toEqual({ kind: 'loading' });
    await bed.time.advance(50);
    expect(node.events).toContain('acquired 0');
  });

  /** A shard at another node than the one it belongs to, for a caller suspected its owner. */
  async function aGuest() {
    const { owner, other, names } = pair();
    owner.host.setMembers([names.owner, names.other]);
    other.host.setMembers([names.owner, names.other]);
    await bed.time.advance(100);
    const [holder, standIn, suspect] =
      owner.host.stats().shards === 1 ? [owner, other, names.owner] : [other, owner, names.other];
    const refused = standIn.ask(USER, startOf('one'));
    await bed.time.advance(50);
    expect(refused.answer).toEqual({ kind: 'not_owner', owner: suspect });
    standIn.ask(USER, startOf('one'), { suspects: [suspect] });
    await bed.time.advance(50);
    const served = standIn.ask(USER, startOf('one'), { suspects: [suspect] });
    await bed.time.advance(50);
    expect(served.answer).toMatchObject({ kind: 'reply' });
    return { holder, standIn };
  }

  it('stands in for an owner whom the caller suspects', async () => {
    const { holder, standIn } = await aGuest();
    await bed.time.advance(40_000); // the guest goes home
    expect(holder.host.stats().shards).toBe(1);
    expect(standIn.host.stats().shards).toBe(0);
  });

  it('hands a guest over at once when it is told to, and nothing that is its own', async () => {
    const { holder, standIn } = await aGuest();
    expect(await bed.during(standIn.host.handOver([0]))).toBe(1);
    await bed.time.advance(5_000); // the holder has just heard from the fence that somebody else had it
    expect(holder.host.stats().shards).toBe(1);
    expect(await bed.during(holder.host.handOver([0]))).toBe(0);
  });

  it('takes a shard over from a living owner although other nodes come and go meanwhile', async () => {
    const host = bed.node('b', { shards: 64 });
    host.host.setMembers(['a']);
    host.host.setMembers(['a', 'b']);
    for (let n = 0; n < 5; n += 1) {
      await bed.time.advance(1_500);
      host.host.setMembers(n % 2 === 0 ? ['a', 'b', 'c'] : ['a', 'b']);
    }
    expect(host.host.stats().shards).toBeGreaterThan(10);
  });

  it('tries again after a while what it could not load', async () => {
    const node = bed.node('a');
    bed.storeWire.faults.down = true;
    node.host.setMembers(['a']);
    await bed.time.advance(3_000);
    expect(node.events).toContain('failed to acquire 0');
    bed.storeWire.faults.down = false;
    await bed.time.advance(3_000);
    expect(node.events).toContain('acquired 0');
  });
});
