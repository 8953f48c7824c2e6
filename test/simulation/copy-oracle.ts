/**
 * What must hold of copies that are lent, whatever happens; checked like the rest (`oracle.ts`) against the store's
 * applied commits, which are the truth:
 *
 * - P1  no session starts, resumes or beats on a borrowed copy when its promise has passed; and while a stored session may
 *       still play, its owner's stored loan lasts at least as long;
 * - P2  two borrowers never play one copy: no two of them hold a promise of it at once, the times between start and last
 *       beat of their sessions do not overlap, and once another was told that he has the copy, no answer to a question
 *       asked since shows a session live that had it before (whatever the machines' clocks say);
 * - P3  owner and borrower play one copy together for at most max(grace, lease) from the owner's start;
 * - P4  no loan reaches further than a lease from now, so that one without a player frees itself (and none is left in the
 *       end, O8);
 * - P5  a promise that is told is durable, and a session loses its copy only when the promise passed or the loan is gone.
 */
import type { Lend, LoanReply, SessionView } from '../../actors/messages.ts';
import { isLive, NOTHING_HELD, type Session, type UserState } from '../../actors/session.ts';
import type { PlayRules } from '../../actors/user-actor.ts';
import type { UuidKey } from '../../lib/uuid.ts';
import type { VirtualTime } from './virtual-time.ts';

/** A session that played a borrowed copy, and when. */
interface Played {
  readonly user: UuidKey;
  readonly copy: string;
  readonly from: number;
  to: number;
}

/** A loan that a launcher was told of. */
interface Told {
  readonly session: UuidKey;
  readonly borrower: UuidKey;
  readonly at: number;
}

/** How often something happened, so that it can be told whether the histories reach what they are to try. */
export const COPY_EVENTS = ['lent', 'owner plays', 'member plays', 'reclaimed', 'owner joined'] as const;
export type CopyEvents = Record<(typeof COPY_EVENTS)[number], number>;

export class CopyOracle {
  readonly seen: CopyEvents = { lent: 0, 'owner plays': 0, 'member plays': 0, reclaimed: 0, 'owner joined': 0 };
  readonly #time: VirtualTime;
  readonly #rules: PlayRules;
  readonly #skewMs: number;
  readonly #violation: (what: string) => void;
  readonly #states = new Map<UuidKey, UserState>();
  readonly #played = new Map<UuidKey, Played>();
  /** The furthest moment that was ever stored of a session's loan. */
  readonly #lent = new Map<UuidKey, number>();
  readonly #told = new Map<string, Told[]>();
  /** The owners' own sessions of each copy, as they were last. */
  readonly #own = new Map<string, Map<UuidKey, Session>>();

  constructor(time: VirtualTime, rules: PlayRules, skewMs: number, violation: (what: string) => void) {
    this.#time = time;
    this.#rules = rules;
    this.#skewMs = skewMs;
    this.#violation = violation;
  }

  stored(user: UuidKey, state: UserState): void {
    const before = this.#states.get(user) ?? NOTHING_HELD;
    this.#states.set(user, state);
    this.#checkReclaimed(before, state);
    for (const { sessionId, until } of state.copies.loans) this.#checkLoan(sessionId, until);
    for (const session of state.sessions) this.#follow(user, session, before, state);
    this.#checkPromises();
  }

  /** What an owner's actor told a launcher. */
  promised(owner: UuidKey, { gameId, borrower, sessionId: session }: Lend, { until }: LoanReply): void {
    this.seen.lent += 1;
    const told = this.#told.get(owner + gameId) ?? [];
    this.#told.set(owner + gameId, told);
    if (!told.some((other) => other.session === session)) told.push({ session, borrower, at: this.#time.now });
    if (until > this.#time.now + this.#skewMs && (this.#lent.get(session) ?? 0) < until) {
      this.#violation(`P5: session ${session} was promised a copy until ${until}, which is not stored`);
    }
  }

  /** What a borrower's actor answered to a question that was asked at this moment. */
  answered({ sessionId, ended }: SessionView, askedAt: number): void {
    if (ended !== null) return;
    for (const told of this.#told.values()) {
      const mine = told.find(({ session }) => session === sessionId);
      if (!mine) continue;
      const since = told.filter(({ borrower, at }) => borrower !== mine.borrower && at > mine.at && at <= askedAt);
      for (const { borrower } of since)
        this.#violation(`P2: ${sessionId} plays on a copy that ${borrower} was told to have`);
    }
  }

  #stateOf(user: UuidKey): UserState {
    return this.#states.get(user) ?? NOTHING_HELD;
  }

  #loanUntil(owner: UuidKey, session: UuidKey): number {
    return this.#stateOf(owner).copies.loans.find(({ sessionId }) => sessionId === session)?.until ?? 0;
  }

  #checkLoan(session: UuidKey, until: number): void {
    const { sessionTimeoutMs, copyMarginMs } = this.#rules;
    this.#lent.set(session, Math.max(this.#lent.get(session) ?? 0, until));
    const longest = this.#time.now + sessionTimeoutMs + copyMarginMs + this.#skewMs;
    if (until > longest) this.#violation(`P4: a loan reaches ${until - longest} ms too far`);
  }

  #checkReclaimed(before: UserState, after: UserState): void {
    for (const { sessionId, owner, until } of before.copies.borrows) {
      const session = after.sessions.find(({ id }) => id === sessionId);
      if (session?.endReason !== 'reclaimed') continue;
      this.seen.reclaimed += 1;
      const soon = this.#time.now + this.#skewMs;
      if (until > soon && this.#loanUntil(owner, sessionId) > soon) {
        this.#violation(`P5: session ${sessionId} was ended although its copy was promised to it`);
      }
    }
  }

  /** P1 and P2, of everybody: the world is small. */
  #checkPromises(): void {
    const holders = new Map<string, UuidKey>();
    for (const [user, { sessions, copies }] of this.#states) {
      for (const { sessionId, owner, until } of copies.borrows) {
        const session = sessions.find(({ id }) => id === sessionId);
        if (!session || !isLive(session) || until <= this.#time.now + this.#skewMs) continue;
        if (this.#loanUntil(owner, sessionId) < until) {
          this.#violation(`P1: session ${sessionId} holds a promise until ${until} that its owner does not keep`);
        }
        const copy = owner + session.gameId;
        const other = holders.get(copy) ?? user;
        if (other !== user) this.#violation(`P2: ${user} and ${other} hold a promise of one copy`);
        holders.set(copy, user);
      }
    }
  }

  #follow(user: UuidKey, session: Session, before: UserState, after: UserState): void {
    const borrow = [...after.copies.borrows, ...before.copies.borrows].find((b) => b.sessionId === session.id);
    if (borrow) {
      const copy = borrow.owner + session.gameId;
      const played = this.#played.get(session.id) ?? { user, copy, from: session.startedAt, to: session.lastBeatAt };
      played.to = session.lastBeatAt;
      if (played.to >= borrow.until) this.#violation(`P1: session ${session.id} played on when its promise had passed`);
      this.#played.set(session.id, played);
      this.#checkBorrowers(played);
      for (const own of this.#own.get(copy)?.values() ?? []) this.#checkOwner(own, played);
      return;
    }
    const copy = user + session.gameId;
    const own = this.#own.get(copy) ?? new Map<UuidKey, Session>();
    this.#own.set(copy, own.set(session.id, session));
    for (const played of this.#played.values()) if (played.copy === copy) this.#checkOwner(session, played);
  }

  #checkBorrowers(played: Played): void {
    for (const other of this.#played.values()) {
      if (other.copy !== played.copy || other.user === played.user) continue;
      const overlap = Math.min(other.to, played.to) - Math.max(other.from, played.from);
      if (overlap > this.#skewMs)
        this.#violation(`P2: ${played.user} and ${other.user} played a copy for ${overlap} ms`);
    }
  }

  /** When the owner began: a session that took the game over from another device goes on with what that one began. */
  #since(session: Session, copy: string): number {
    let since = session.startedAt;
    const former = [...(this.#own.get(copy)?.values() ?? [])]
      .filter(({ id, startedAt }) => id !== session.id && startedAt <= session.startedAt)
      .sort((a, b) => b.startedAt - a.startedAt);
    for (const { endReason, startedAt } of former) {
      if (endReason !== 'superseded') break;
      since = startedAt;
    }
    return since;
  }

  #checkOwner(own: Session, played: Played): void {
    const overlap = Math.min(own.lastBeatAt, played.to) - Math.max(this.#since(own, played.copy), played.from);
    if (overlap > 0) this.seen['owner joined'] += 1;
    const { graceMs, sessionTimeoutMs, copyMarginMs } = this.#rules;
    const allowed = Math.max(graceMs, sessionTimeoutMs + copyMarginMs) + 2 * this.#skewMs;
    if (overlap > allowed) this.#violation(`P3: the owner and ${played.user} played a copy for ${overlap} ms`);
  }
}
