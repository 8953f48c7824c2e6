import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Command } from '../../../actors/messages.ts';
import { NOTHING_HELD } from '../../../actors/session.ts';
import { key, RULES, sessionIn } from './play.ts';
import { beatOf, endOf, startOf, TestBed, type TestNode } from './test-bed.ts';

const OWNER = key('owner');
const BO = key('bo');
const CY = key('cy');
const FIRST_MS = 30_000;
const BEAT_MS = 60_000;

let bed: TestBed;
let node: TestNode;
beforeEach(async () => {
  bed = new TestBed();
  node = await bed.serving('a');
});

const lendOf = (borrower: typeof BO, session: string): Command => ({
  kind: 'lend',
  gameId: key('game'),
  borrower,
  sessionId: key(session),
  until: bed.time.now + FIRST_MS,
});

/** Has a copy promised and starts on it, as a gateway does. Answers what refused it, null when it plays. */
async function borrow(borrower: typeof BO, session: string): Promise<unknown> {
  const lent = node.ask(OWNER, lendOf(borrower, session));
  await bed.time.advance(50);
  if (lent.answer?.kind !== 'reply' || lent.answer.reply.kind !== 'loan') return lent.answer;
  const { until, endsAt } = lent.answer.reply;
  const start = node.ask(borrower, { ...startOf(session), borrow: { owner: OWNER, until, endsAt } } as Command);
  await bed.time.advance(50);
  expect(start.answer).toMatchObject({ kind: 'reply', reply: { kind: 'session', outcome: 'started' } });
  return null;
}

async function play(borrower: typeof BO, session: string, beats: number, from = 1): Promise<void> {
  for (let seq = from; seq < from + beats; seq += 1) {
    await bed.time.advance(BEAT_MS);
    node.ask(borrower, beatOf(session, seq));
    await bed.time.advance(50);
  }
}

const stateOf = (user: typeof BO) => node.host.peek(user) ?? NOTHING_HELD;
const errands = () => bed.errands.map(({ user, command }) => `${command.kind} to ${user.replaceAll('.', '')}`);

describe('a borrowed copy', () => {
  it('is renewed as soon as the session has begun, and with every beat: it plays for as long as it likes', async () => {
    await borrow(BO, 's1');
    expect(errands()).toEqual(['lend to owner', 'extend to bo']);
    await play(BO, 's1', 60);
    expect(sessionIn(stateOf(BO), 's1')).toMatchObject({ endReason: null, credit: expect.any(Number) });
    expect(await borrow(CY, 's2')).toMatchObject({ reply: { kind: 'copy_in_use', by: 'member' } });
  });

  it('is free for another member as soon as the session has ended', async () => {
    await borrow(BO, 's1');
    node.ask(BO, endOf('s1', 1));
    await bed.time.advance(50);
    expect(await borrow(CY, 's2')).toBeNull();
  });

  it('is free when the launcher falls silent, at the time-out and the margin', async () => {
    await borrow(BO, 's1');
    await bed.time.advance(RULES.sessionTimeoutMs + RULES.copyMarginMs + 5_000);
    expect(sessionIn(stateOf(BO), 's1').endReason).toBe('timeout');
    expect(await borrow(CY, 's2')).toBeNull();
  });

  it('is asked for again by itself when the renewal got lost, before the first promise has passed', async () => {
    bed.errandsLost = true;
    await borrow(BO, 's1');
    bed.errandsLost = false;
    await play(BO, 's1', 1);
    expect(sessionIn(stateOf(BO), 's1').endReason).toBeNull();
    expect(node.events).toContain('errand failed');
  });

  it('that cannot be renewed ends the session at its last beat, and what was played stays', async () => {
    await borrow(BO, 's1');
    await play(BO, 's1', 2);
    bed.errandsLost = true;
    await play(BO, 's1', 3, 3);
    expect(sessionIn(stateOf(BO), 's1')).toMatchObject({ endReason: 'reclaimed' });
    await bed.time.advance(1_000);
    expect(bed.database.rows.get(key('s1'))).toMatchObject({ ended: { reason: 'reclaimed' } });
    expect(bed.database.totals.get(BO + key('game'))).toBeGreaterThan(2 * BEAT_MS);
  });

  it('is given back only when the end is committed', async () => {
    await borrow(BO, 's1');
    bed.storeWire.faults.lost = 1;
    node.ask(BO, endOf('s1', 1));
    await bed.time.advance(500);
    expect(errands()).not.toContain('return to owner');
    bed.storeWire.faults.lost = 0;
    await bed.time.advance(2_000);
    expect(sessionIn(stateOf(BO), 's1').endReason).toBe('ended');
  });

  it('that a late renewal has locked again is given back, for its session has ended', async () => {
    await borrow(BO, 's1');
    node.ask(BO, endOf('s1', 1));
    await bed.time.advance(50);
    const late = { ...lendOf(BO, 's1'), until: bed.time.now + RULES.sessionTimeoutMs };
    node.ask(OWNER, late);
    node.ask(OWNER, startOf('mine'));
    await bed.time.advance(50); // the owner's start tells the borrower, whose actor knows better
    expect(stateOf(OWNER).copies.loans).toEqual([]);
  });

  it('leaves nothing in memory and in the checkpoint store in the end', async () => {
    await borrow(BO, 's1');
    await bed.time.advance(1_000_000);
    expect(node.host.stats()).toMatchObject({ users: 0 });
    expect(bed.store.records).toBe(0);
  });

  it('is lent on by the next node as it was', async () => {
    await borrow(BO, 's1');
    node.process.kill();
    node = await bed.serving('b');
    expect(await borrow(CY, 's2')).toMatchObject({ reply: { kind: 'copy_in_use', by: 'member' } });
    await play(BO, 's1', 5);
    expect(sessionIn(stateOf(BO), 's1').endReason).toBeNull();
  });
});

describe('an owner who starts the game', () => {
  const warnings = () => node.events.filter((event) => event.startsWith('pushed'));

  beforeEach(async () => {
    node.ask(BO, { kind: 'attend', gateway: 'gw', leaseMs: 10_000_000 });
    await borrow(BO, 's1');
  });

  it('has the borrower warned at once, once, and told when it is over', async () => {
    node.ask(OWNER, startOf('mine'));
    await bed.time.advance(100);
    const endsAt = stateOf(BO).copies.borrows[0]?.endsAt;
    expect(endsAt).toBeGreaterThan(bed.time.now + RULES.graceMs - 1_000);
    expect(bed.pushed).toMatchObject([
      { event: 'playtime.warning', number: null, data: { ends_at: new Date(endsAt ?? 0).toISOString() } },
    ]);
    await play(BO, 's1', 2);
    expect(warnings()).toHaveLength(1);
    node.ask(OWNER, endOf('mine', 1));
    await bed.time.advance(100);
    expect(bed.pushed.at(-1)).toMatchObject({ event: 'playtime.warning', data: { ends_at: null } });
  });

  it('has the copy when the grace is over, and the borrower keeps what was played', async () => {
    node.ask(OWNER, startOf('mine'));
    for (let seq = 1; seq <= 7; seq += 1) {
      await play(BO, 's1', 1, seq);
      node.ask(OWNER, beatOf('mine', seq));
    }
    const session = sessionIn(stateOf(BO), 's1');
    expect(session).toMatchObject({ endReason: 'reclaimed' });
    expect(session.credit).toBeGreaterThan(RULES.graceMs - BEAT_MS - 1_000);
    expect(session.lastBeatAt).toBeLessThan(session.startedAt + RULES.graceMs + 1_000);
    expect(stateOf(OWNER).copies.loans).toEqual([]);
  });

  it('is known to the borrower by the next beat when the warning got lost', async () => {
    bed.errandsLost = true;
    node.ask(OWNER, startOf('mine'));
    await bed.time.advance(100);
    expect(warnings()).toEqual([]);
    bed.errandsLost = false;
    await play(BO, 's1', 1);
    expect(warnings()).toHaveLength(1);
  });
});
