import { beforeEach, describe, expect, it } from '@jest/globals';
import { EngineUnavailable } from '../../../actors/engine.ts';
import type { Command, Reply } from '../../../actors/messages.ts';
import { ShardRegion, type RegionOptions } from '../../../actors/shard-region.ts';
import { VirtualTime } from '../../simulation/virtual-time.ts';
import { ControlledTransport, DONE, SERVED } from './controlled-transport.ts';
import { key } from './play.ts';

const OPTIONS: RegionOptions = {
  shards: 1,
  window: 2,
  batch: 3,
  queuePerNode: 20,
  queuePerShard: 4,
  attemptMs: 1_000,
  strikes: 2,
  suspectMs: 10_000,
  loadingPollMs: 50,
  random: () => 0.5,
};
const HELD: Command = { kind: 'held' };
const FLUSH: Command = { kind: 'flush' };
const LOADING = { kind: 'loading' } as const;
const USER = key('user');

let time: VirtualTime;
let transport: ControlledTransport;
let region: ShardRegion;

beforeEach(() => {
  time = new VirtualTime(1_000_000);
  transport = new ControlledTransport(time);
  region = regionWith({});
  region.setMembers(['only']);
});

function regionWith(options: Partial<RegionOptions>): ShardRegion {
  const clock = { now: () => time.now, after: time.after.bind(time) };
  return new ShardRegion({ ...OPTIONS, ...options }, transport, clock, (callback) => void time.after(0, callback));
}

/** A question whose fate can be looked at; times in ms from now. */
function ask(withinMs = 5_000, command = HELD): { fate: Reply | EngineUnavailable | null; settledAt: number } {
  const question: { fate: Reply | EngineUnavailable | null; settledAt: number } = { fate: null, settledAt: 0 };
  const settle = (fate: Reply | EngineUnavailable): void => {
    question.fate = fate;
    question.settledAt = time.now;
  };
  region.ask(USER, command, time.now + withinMs).then(settle, settle);
  return question;
}

/** The node of two that owns the only shard, and the other one. */
function twoNodes(): [owner: string, other: string] {
  region.setMembers(['a', 'b']);
  return region.ownerOf(0) === 'a' ? ['a', 'b'] : ['b', 'a'];
}

describe('a shard region', () => {
  it('sends a lone command at once, and gathers what comes while the window is full', async () => {
    for (let n = 0; n < 2; n += 1) {
      ask();
      await time.advance(0);
    }
    expect(transport.underway.map(({ envelopes }) => envelopes.length)).toEqual([1, 1]);
    ask();
    ask();
    await time.advance(0);
    expect(transport.underway).toHaveLength(2);
    transport.underway[0]?.answer(SERVED);
    await time.advance(0);
    expect(transport.underway.map(({ envelopes }) => envelopes.length)).toEqual([1, 2]);
  });

  it('goes where a node says that the shard is, and stays with it', async () => {
    const [owner, other] = twoNodes();
    const first = ask();
    await time.advance(0);
    expect(transport.only.node).toBe(owner);
    transport.only.answer({ kind: 'not_owner', owner: other });
    await time.advance(0);
    expect(transport.only.node).toBe(other);
    transport.only.answer(SERVED);
    await time.advance(0);
    expect(first.fate).toEqual(DONE);
    ask();
    await time.advance(0);
    expect(transport.only.node).toBe(other);
  });

  it('forgets what it was told about owners when the membership changes', async () => {
    const [owner, other] = twoNodes();
    ask();
    await time.advance(0);
    transport.only.answer({ kind: 'not_owner', owner: other });
    await time.advance(0);
    region.setMembers(['a', 'b']);
    expect(region.ownerOf(0)).toBe(owner);
  });

  it('fails a command that nodes send back and forth when its deadline comes', async () => {
    const [owner, other] = twoNodes();
    transport.automatic.set(owner, () => ({ kind: 'not_owner', owner: other }));
    transport.automatic.set(other, () => ({ kind: 'not_owner', owner }));
    const question = ask(2_000);
    await time.advance(2_001);
    expect(question.fate).toBeInstanceOf(EngineUnavailable);
  });

  it('waits for a node to appear while there is none, until the deadline', async () => {
    region.setMembers([]);
    const early = ask(100);
    const patient = ask(5_000);
    await time.advance(1_000);
    expect(early.fate).toBeInstanceOf(EngineUnavailable);
    transport.automatic.set('only', () => SERVED);
    region.setMembers(['only']);
    await time.advance(300);
    expect(patient.fate).toEqual(DONE);
  });

  it('fails at once, with a time to come back after, what a node cannot confirm', async () => {
    const question = ask();
    await time.advance(0);
    transport.only.answer({ kind: 'unavailable', reason: 'the mailbox is full' });
    await time.advance(0);
    expect(question.fate).toMatchObject({ reason: 'the mailbox is full', retryAfterMs: 1_250 });
  });

  it('refuses what would wait for a node behind too many others', async () => {
    const questions = Array.from({ length: 23 }, () => ask());
    await time.advance(0);
    expect(questions.filter(({ fate }) => fate instanceof EngineUnavailable)).toHaveLength(3);
  });
});

describe('a shard region whose shard is loading', () => {
  it('has one command ask again and again while the others wait, then sends all of them', async () => {
    const first = ask();
    await time.advance(0);
    transport.only.answer(LOADING);
    await time.advance(0);
    const others = [ask(), ask()];
    await time.advance(50);
    expect(transport.only.envelopes).toHaveLength(1);
    transport.only.answer(SERVED);
    await time.advance(0);
    expect(first.fate).toEqual(DONE);
    expect(transport.only.envelopes).toHaveLength(2);
    transport.only.answer(SERVED);
    await time.advance(0);
    expect(others.map(({ fate }) => fate)).toEqual([DONE, DONE]);
  });

  it('sends the next one to ask when the deadline of the first has passed', async () => {
    transport.automatic.set('only', () => LOADING);
    const first = ask(500);
    const second = ask(5_000);
    await time.advance(600);
    expect(first.fate).toBeInstanceOf(EngineUnavailable);
    transport.automatic.set('only', () => SERVED);
    await time.advance(100);
    expect(second.fate).toEqual(DONE);
  });

  it('fails what waits behind the asking one when its own deadline comes first', async () => {
    transport.automatic.set('only', () => LOADING);
    ask(60_000);
    await time.advance(10);
    const hasty = ask(500);
    await time.advance(1_600);
    expect(hasty.fate).toBeInstanceOf(EngineUnavailable);
    expect(hasty.settledAt).toBeLessThanOrEqual(1_000_010 + 500 + OPTIONS.attemptMs);
  });

  it('fails what has waited past its deadline when the wait is over, rather than have it wait anew', async () => {
    region = regionWith({ queuePerShard: 10, attemptMs: 2_000 });
    region.setMembers(['only']);
    ask(5_000);
    await time.advance(0);
    transport.only.answer(LOADING);
    await time.advance(0);
    for (let n = 0; n < 6; n += 1) ask(5_000); // two batches: the window is full of them
    const late = ask(150);
    await time.advance(200);
    transport.only.answer(SERVED);
    await time.advance(1);
    expect(transport.underway).toHaveLength(2);
    expect(late.fate).toBeInstanceOf(EngineUnavailable);
  });

  it('refuses what would wait behind too many others', async () => {
    transport.automatic.set('only', () => LOADING);
    ask();
    await time.advance(10);
    const questions = Array.from({ length: 5 }, () => ask());
    await time.advance(10);
    expect(questions.filter(({ fate }) => fate instanceof EngineUnavailable)).toHaveLength(1);
  });

  it('goes on asking when the node that the asking one was queued for leaves', async () => {
    const [, other] = twoNodes();
    const questions = [ask(60_000)];
    await time.advance(0);
    questions.push(ask(60_000));
    await time.advance(0);
    questions.push(ask(60_000));
    transport.underway[0]?.answer(LOADING);
    await time.advance(60); // the window is full: the asking one has to queue
    questions.push(ask(60_000));
    region.setMembers([other]);
    transport.automatic.set(other, () => SERVED);
    await time.advance(2_000);
    expect(questions.map(({ fate }) => fate)).toEqual([DONE, DONE, DONE, DONE]);
  });

  it('does not make the others wait for a flush', async () => {
    const flush = ask(60_000, FLUSH);
    await time.advance(0);
    transport.only.answer(LOADING);
    const beat = ask(5_000);
    await time.advance(50);
    const [held] = transport.underway.filter(({ envelopes }) => envelopes[0]?.command.kind === 'held');
    held?.answer(SERVED);
    await time.advance(0);
    expect(beat.fate).toEqual(DONE);
    expect(flush.fate).toBeNull();
  });
});

describe('a shard region whose node does not answer', () => {
  it('suspects it after a few time-outs in a row, asks the next in order, and says whom it suspects', async () => {
    const [owner, other] = twoNodes();
    const question = ask(5_000);
    await time.advance(0);
    expect(transport.only).toMatchObject({ node: owner, suspects: [] });
    await time.advance(1_000);
    expect(transport.only.node).toBe(owner);
    await time.advance(1_050);
    expect(transport.only).toMatchObject({ node: other, suspects: [owner] });
    transport.only.answer(SERVED);
    await time.advance(0);
    expect(question.fate).toEqual(DONE);
  });

  it('trusts it again when it answers', async () => {
    const [owner] = twoNodes();
    region.setMembers([owner]);
    const question = ask(60_000);
    await time.advance(3_000);
    transport.automatic.set(owner, () => SERVED);
    await time.advance(2_000);
    expect(question.fate).toEqual(DONE);
    region.setMembers(['a', 'b']);
    expect(region.ownerOf(0)).toBe(owner);
  });

  it('sends what queued for it elsewhere as soon as it is suspected', async () => {
    const [, other] = twoNodes();
    const questions: ReturnType<typeof ask>[] = [];
    for (let n = 0; n < 10; n += 1) questions.push(ask(2_100));
    transport.automatic.set(other, () => SERVED);
    await time.advance(2_200);
    expect(questions.filter(({ fate }) => fate === DONE)).toHaveLength(10);
  });

  it('settles whatever waits for it soon after its deadline', async () => {
    const questions = Array.from({ length: 12 }, () => ask(900));
    await time.advance(900 + OPTIONS.attemptMs);
    expect(questions.every(({ fate }) => fate instanceof EngineUnavailable)).toBe(true);
  });

  it('does not ask a node that left for what it sent elsewhere meanwhile', async () => {
    const [owner, other] = twoNodes();
    const questions = Array.from({ length: 9 }, () => ask(60_000));
    await time.advance(0);
    expect(transport.underway.map(({ envelopes }) => envelopes.length)).toEqual([3, 3]);
    region.setMembers([other]);
    transport.automatic.set(other, () => SERVED);
    for (const delivery of [...transport.underway]) delivery.answer(SERVED);
    await time.advance(100);
    expect(transport.underway.filter(({ node }) => node === owner)).toHaveLength(0);
    expect(questions.filter(({ fate }) => fate === null)).toHaveLength(0);
  });
});

describe('a shard region while the database is slow', () => {
  it('lets heartbeats pass, however many flushes wait', async () => {
    const flushes = Array.from({ length: 4 }, () => ask(60_000, FLUSH));
    await time.advance(0);
    const beat = ask(5_000);
    await time.advance(0);
    const [held] = transport.underway.filter(({ envelopes }) => envelopes[0]?.command.kind === 'held');
    expect(held).toBeDefined();
    held?.answer(SERVED);
    await time.advance(0);
    expect(beat.fate).toEqual(DONE);
    expect(flushes.every(({ fate }) => fate === null)).toBe(true);
  });

  it('takes no more flushes than may wait for a node', async () => {
    region = regionWith({ batch: 100, queuePerNode: 3 });
    region.setMembers(['only']);
    const flushes: ReturnType<typeof ask>[] = [];
    for (let n = 0; n < 5; n += 1) {
      flushes.push(ask(60_000, FLUSH));
      await time.advance(0);
    }
    expect(flushes.filter(({ fate }) => fate instanceof EngineUnavailable)).toHaveLength(2);
  });
});
