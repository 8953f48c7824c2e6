import { describe, expect, it } from '@jest/globals';
import { NO_COPIES, type Copies } from '../../../actors/loan.ts';
import type { BorrowedCopy, Command, Reply } from '../../../actors/messages.ts';
import { NOTHING_HELD, type UserState } from '../../../actors/session.ts';
import { expire, turn } from '../../../actors/user-actor.ts';
import { key, RULES, sessionIn } from './play.ts';

const BEGAN = 1_728_043_200_000;
const at = (second: number): number => BEGAN + second * 1_000;
const TIMEOUT = RULES.sessionTimeoutMs / 1_000;
const GRACE = RULES.graceMs / 1_000;
const MARGIN = RULES.copyMarginMs / 1_000;

/** One user's actor, asked one thing after the other at given seconds. */
class Actor {
  state: UserState = NOTHING_HELD;

  ask(second: number, command: Command): Reply {
    const { state, reply } = turn(this.state, command, at(second), RULES);
    this.state = state;
    return reply;
  }

  start(second: number, session: string, borrow?: BorrowedCopy, game = 'game', device = 'device'): Reply {
    return this.ask(second, {
      kind: 'start',
      ...(borrow && { borrow }),
      sessionId: key(session),
      gameId: key(game),
      deviceId: key(device),
      clientSessionId: null,
      totalMs: 0,
      counted: [],
    });
  }

  beat(second: number, session: string, seq: number): Reply {
    return this.ask(second, { kind: 'heartbeat', sessionId: key(session), seq, activeMs: null });
  }

  end(second: number, session: string, seq: number): Reply {
    return this.ask(second, { kind: 'end', sessionId: key(session), seq, activeMs: null });
  }

  lend(second: number, borrower: string, session: string, until: number, game = 'game'): Reply {
    return this.ask(second, {
      kind: 'lend',
      gameId: key(game),
      borrower: key(borrower),
      sessionId: key(session),
      until: at(until),
    });
  }

  giveBack(second: number, session: string): Reply {
    return this.ask(second, { kind: 'return', sessionId: key(session) });
  }

  extend(second: number, session: string, until: number | null, endsAt = 0, owner = 'owner'): Reply {
    const promise = until === null ? null : { until: at(until), endsAt };
    return this.ask(second, { kind: 'extend', sessionId: key(session), owner: key(owner), promise });
  }

  get copies(): Copies {
    return this.state.copies;
  }
}

const promise = (until: number, owner = 'owner'): BorrowedCopy => ({ owner: key(owner), until: at(until), endsAt: 0 });
const loan = (until: number, endsAt = 0) => ({ kind: 'loan', until: at(until), endsAt });
const inUse = (by: 'owner' | 'member', until: number) => ({ kind: 'copy_in_use', by, until: at(until) });

describe('a copy that nobody plays', () => {
  it('is lent to whoever asks, until the moment asked for', () => {
    expect(new Actor().lend(0, 'bo', 's1', 30)).toEqual(loan(30));
  });

  it('is lent for no longer than a session can live without a beat', () => {
    expect(new Actor().lend(0, 'bo', 's1', 10_000)).toEqual(loan(TIMEOUT + MARGIN));
  });

  it('is not locked by a question that comes too late', () => {
    const owner = new Actor();
    owner.lend(60, 'bo', 's1', 30);
    expect(owner.copies).toBe(NO_COPIES);
  });
});

describe('a copy that is lent', () => {
  it('is refused to another member until the promise and the margin for clocks have passed', () => {
    const owner = new Actor();
    owner.lend(0, 'bo', 's1', 30);
    expect(owner.lend(1, 'cy', 's2', 60)).toEqual(inUse('member', 30 + MARGIN));
    expect(owner.lend(30 + MARGIN - 0.001, 'cy', 's2', 60)).toEqual(inUse('member', 30 + MARGIN));
    expect(owner.lend(30 + MARGIN, 'cy', 's2', 60)).toEqual(loan(60));
  });

  it('does not lock other games of the owner', () => {
    const owner = new Actor();
    owner.lend(0, 'bo', 's1', 30);
    expect(owner.lend(0, 'cy', 's2', 30, 'other game')).toEqual(loan(30));
  });

  it('is renewed for the session that plays it, and a promise never shrinks', () => {
    const owner = new Actor();
    owner.lend(0, 'bo', 's1', 100);
    expect(owner.lend(10, 'bo', 's1', 160)).toEqual(loan(160));
    const before = owner.state;
    expect(owner.lend(11, 'bo', 's1', 100)).toEqual(loan(160));
    expect(owner.state).toBe(before);
  });

  it('is free as soon as it is given back, once or twice', () => {
    const owner = new Actor();
    owner.lend(0, 'bo', 's1', 100);
    owner.giveBack(10, 's1');
    owner.giveBack(11, 's1');
    expect(owner.lend(12, 'cy', 's2', 100)).toEqual(loan(100));
  });

  it('stays lent for one start of a borrower when another start of the same borrower gives its own back', () => {
    const owner = new Actor();
    owner.lend(0, 'bo', 's1', 30);
    owner.lend(1, 'bo', 's2', 31);
    owner.giveBack(2, 's2');
    expect(owner.lend(3, 'cy', 's3', 60)).toEqual(inUse('member', 30 + MARGIN));
  });

  it('frees itself, and leaves nothing to be remembered', () => {
    const owner = new Actor();
    owner.lend(0, 'bo', 's1', 30);
    expect(expire(owner.state, at(30 + MARGIN), RULES)).toEqual(NOTHING_HELD);
  });

  it('is lent to one borrower for a bounded number of starts at once', () => {
    const owner = new Actor();
    const replies = Array.from({ length: 9 }, (_, n) => owner.lend(0, 'bo', `s${n}`, 30).kind);
    expect(replies).toEqual([...Array.from({ length: 8 }, () => 'loan'), 'refused']);
    expect(owner.lend(0, 'bo', 's3', 60)).toEqual(loan(60)); // who has a loan may renew it
  });

  it('is forgotten with its owner', () => {
    const owner = new Actor();
    owner.lend(0, 'bo', 's1', 30);
    owner.ask(1, { kind: 'erase' });
    expect(owner.state).toEqual(NOTHING_HELD);
  });
});

describe('an owner who starts a game that is lent', () => {
  it('plays at once, and gives the borrower the grace', () => {
    const owner = new Actor();
    owner.lend(0, 'bo', 's1', 30);
    expect(owner.start(10, 'mine')).toMatchObject({ kind: 'session', outcome: 'started' });
    expect(owner.lend(20, 'bo', 's1', 200)).toEqual(loan(200, at(10 + GRACE)));
    owner.beat(150, 'mine', 1);
    expect(owner.lend(180, 'bo', 's1', 350)).toEqual(loan(10 + GRACE, at(10 + GRACE)));
  });

  it('leaves a promise that reaches further than the grace as it is', () => {
    const rules = { ...RULES, graceMs: 10_000 };
    const lent = turn(
      NOTHING_HELD,
      { kind: 'lend', gameId: key('game'), borrower: key('bo'), sessionId: key('s1'), until: at(150) },
      at(0),
      rules,
    ).state;
    const start = { kind: 'start', sessionId: key('mine'), gameId: key('game'), deviceId: key('d') } as const;
    const { state } = turn(lent, { ...start, clientSessionId: null, totalMs: 0, counted: [] }, at(5), rules);
    expect(state.copies.loans).toMatchObject([{ until: at(150), endsAt: at(150) }]);
  });

  it('gives no new grace by going on on another device', () => {
    const owner = new Actor();
    owner.lend(0, 'bo', 's1', 30);
    owner.start(10, 'mine');
    owner.start(20, 'mine too', undefined, 'game', 'other device');
    expect(owner.copies.loans).toMatchObject([{ endsAt: at(10 + GRACE) }]);
  });

  const ways: Readonly<Record<string, (owner: Actor) => void>> = {
    'ends the game': (owner) => void owner.end(20, 'mine', 1),
    'loses the game': (owner) => void owner.ask(20, { kind: 'revoke', gameId: key('game') }),
    'falls silent': (owner) => (owner.state = expire(owner.state, at(10 + TIMEOUT), RULES)),
  };
  it.each(Object.keys(ways))('and then %s lifts the end of the loan', (way) => {
    const owner = new Actor();
    owner.lend(9, 'bo', 's1', 9 + TIMEOUT);
    owner.start(10, 'mine');
    expect(owner.copies.loans).toMatchObject([{ endsAt: at(10 + GRACE) }]);
    ways[way]?.(owner);
    expect(owner.copies.loans).toMatchObject([{ endsAt: 0 }]);
  });

  it('is not disturbed: nobody else begins to borrow', () => {
    const owner = new Actor();
    owner.start(0, 'mine');
    owner.beat(10, 'mine', 1);
    expect(owner.lend(20, 'bo', 's1', 50)).toEqual(inUse('owner', 10 + TIMEOUT));
    expect(owner.lend(20, 'bo', 's1', 50, 'other game')).toEqual(loan(50));
  });

  it('lets the launcher of a borrower come back within the grace, and no further', () => {
    const owner = new Actor();
    owner.lend(0, 'bo', 's1', 100);
    owner.start(10, 'mine');
    expect(owner.lend(20, 'bo', 's2', 50)).toEqual(loan(50, at(10 + GRACE)));
    expect(owner.lend(20, 'cy', 's3', 50)).toMatchObject({ kind: 'copy_in_use', by: 'member' });
  });
});

describe('a session on a borrowed copy', () => {
  it('plays as any other while its promise lasts', () => {
    const borrower = new Actor();
    borrower.start(0, 's1', promise(90));
    expect(borrower.beat(60, 's1', 1)).toMatchObject({ session: { creditedMs: 60_000, endsAt: null } });
  });

  it('has ended at its last beat, reclaimed, when the promise has passed', () => {
    const borrower = new Actor();
    borrower.start(0, 's1', promise(90));
    borrower.beat(60, 's1', 1);
    expect(borrower.beat(90, 's1', 2)).toMatchObject({ kind: 'refused', reason: 'session_ended' });
    expect(sessionIn(borrower.state, 's1')).toMatchObject({ endReason: 'reclaimed', endedAt: at(60), credit: 60_000 });
    expect(borrower.copies).toBe(NO_COPIES);
  });

  it('that fell silent has timed out, also where the promise ends with the time-out', () => {
    const borrower = new Actor();
    borrower.start(0, 's1', promise(TIMEOUT));
    expect(sessionIn(expire(borrower.state, at(TIMEOUT), RULES), 's1').endReason).toBe('timeout');
  });

  it('does not begin on a promise that has passed', () => {
    const borrower = new Actor();
    expect(borrower.start(30, 's1', promise(30))).toMatchObject({ kind: 'refused', reason: 'promise_passed' });
    expect(borrower.state).toBe(NOTHING_HELD);
  });

  it('goes on when the promise is renewed, also when answers overtake each other', () => {
    const borrower = new Actor();
    borrower.start(0, 's1', promise(30));
    borrower.extend(1, 's1', 150);
    borrower.extend(2, 's1', 90);
    expect(borrower.beat(89, 's1', 1)).toMatchObject({ outcome: 'accepted' });
    expect(borrower.beat(149, 's1', 2)).toMatchObject({ outcome: 'accepted' });
  });

  it('tells when it must end, and when it need not any more', () => {
    const borrower = new Actor();
    borrower.start(0, 's1', promise(90));
    borrower.extend(1, 's1', 90, at(310));
    expect(borrower.beat(60, 's1', 1)).toMatchObject({ session: { endsAt: at(310) } });
    borrower.extend(61, 's1', 90, 0);
    expect(borrower.beat(62, 's1', 2)).toMatchObject({ session: { endsAt: null } });
  });

  it('ends at once when the owner keeps no loan for it', () => {
    const borrower = new Actor();
    borrower.start(0, 's1', promise(90));
    borrower.beat(10, 's1', 1);
    expect(borrower.extend(20, 's1', null)).toEqual({ kind: 'done' });
    expect(sessionIn(borrower.state, 's1')).toMatchObject({ endReason: 'reclaimed', endedAt: at(10) });
  });

  it('resumes on its copy, and takes no other promise over', () => {
    const borrower = new Actor();
    borrower.start(0, 's1', promise(30));
    expect(borrower.start(10, 's2', promise(40))).toMatchObject({ outcome: 'resumed' });
    expect(borrower.copies.borrows).toMatchObject([{ sessionId: key('s1'), until: at(30) }]);
  });

  it('begins anew when the promise is of another owner', () => {
    const borrower = new Actor();
    borrower.start(0, 's1', promise(30));
    expect(borrower.start(10, 's2', promise(40, 'other owner'))).toMatchObject({
      outcome: 'started',
      superseded: key('s1'),
    });
    expect(borrower.copies.borrows).toMatchObject([{ sessionId: key('s2'), owner: key('other owner') }]);
  });

  it("goes on on the user's own copy once the user has one", () => {
    const borrower = new Actor();
    borrower.start(0, 's1', promise(30));
    expect(borrower.start(10, 's2')).toMatchObject({ outcome: 'resumed' });
    expect(borrower.copies).toBe(NO_COPIES);
    expect(borrower.beat(60, 's1', 2)).toMatchObject({ outcome: 'accepted' });
  });

  it('shows whose copy it plays', () => {
    const borrower = new Actor();
    borrower.start(0, 's1', promise(30));
    borrower.start(0, 's2', undefined, 'own game');
    expect(borrower.ask(1, { kind: 'held' })).toMatchObject({ sessions: [{ lender: key('owner') }, { lender: null }] });
  });
});

describe('an extension for a session that', () => {
  it('is not there (yet) is refused without a word about the copy: it may be about to start', () => {
    expect(new Actor().extend(0, 's1', 30)).toMatchObject({ kind: 'refused', reason: 'session_unknown' });
  });

  it('has ended says that the copy is not played any more', () => {
    const borrower = new Actor();
    borrower.start(0, 's1', promise(30));
    borrower.end(1, 's1', 1);
    expect(borrower.extend(2, 's1', 90)).toMatchObject({ kind: 'refused', reason: 'copy_not_used' });
  });

  it('plays another copy says so too, and changes nothing', () => {
    const borrower = new Actor();
    borrower.start(0, 's1', promise(30));
    const before = borrower.state;
    expect(borrower.extend(1, 's1', 90, 0, 'other owner')).toMatchObject({ reason: 'copy_not_used' });
    expect(borrower.state).toBe(before);
  });
});
