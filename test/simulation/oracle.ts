/**
 * What must hold whatever happens, checked from outside the engine: at every commit, at every reply, and at the end.
 *
 * The store's applied commits are the truth: each session is a register whose versions it records. Then
 * - O1  the truth never goes back: rev, seq and credit only rise, an ended session stays as it is;
 * - O2  a reply tells a version that was the truth at some moment between the question and the reply: so nothing is
 *       acknowledged before it is durable, nobody answers from memory that was overtaken, and replies of one session
 *       never go backwards; an unknown outcome may turn out old or new, and nothing else;
 * - O3  totals told are the sum of such versions over the game's sessions;
 * - O4  what `held` and the database tell together includes everything that was the truth when it was asked;
 * - O5  a flush that is answered has happened;
 * - O6  the credit of a user and game never exceeds the time that passed, but for what the machines' clocks differ;
 * - O7  epochs only rise; every question is settled soon after its deadline;
 * - O8  in the end every session is closed, and PostgreSQL holds exactly what the truth was: rows, totals, days.
 *
 * What must hold of copies that are lent (P1-P5) is in `copy-oracle.ts`.
 */
import { totalCredit, creditByDay } from '../../actors/credit.ts';
import type { Command, HeldReply, Reply, SessionReply, SessionView } from '../../actors/messages.ts';
import { NOTHING_HELD, type UserState } from '../../actors/session.ts';
import type { ShardCommit } from '../../lib/ports/checkpoint-store.ts';
import type { UuidKey } from '../../lib/uuid.ts';
import type { PlayRules } from '../../actors/user-actor.ts';
import { CopyOracle } from './copy-oracle.ts';
import type { SimulatedDatabase } from './simulated-database.ts';
import { follows, liesBetween, tells, type Version } from './session-versions.ts';
import type { StoreObserver } from './simulated-store.ts';
import type { VirtualTime } from './virtual-time.ts';
import { nextSnapshots } from '../next-snapshots.ts';

/** A question that was asked, and what was the truth then. */
export interface Ticket {
  readonly user: UuidKey;
  readonly command: Command;
  readonly deadline: number;
  readonly askedAt: number;
  readonly asOf: number;
  /** Of each of the user's sessions, the latest version. */
  readonly latest: ReadonlyMap<UuidKey, Version>;
}

export class Oracle implements StoreObserver {
  readonly violations: string[] = [];
  readonly copies: CopyOracle;
  readonly log: (line: () => string) => void;
  readonly #time: VirtualTime;
  readonly #database: SimulatedDatabase;
  readonly #skewMs: number;
  readonly #graceMs: number;
  readonly #versions = new Map<UuidKey, Version[]>();
  readonly #sessionsOf = new Map<UuidKey, Set<UuidKey>>();
  readonly #firstStart = new Map<string, number>();
  readonly #epochs = new Map<number, number>();
  readonly #open = new Set<Ticket>();
  #commits = 0;

  /**
   * @param skewMs the most that two machines' clocks differ
   * @param graceMs how long after its deadline a question may be settled
   */
  constructor(
    time: VirtualTime,
    database: SimulatedDatabase,
    rules: PlayRules,
    skewMs: number,
    graceMs: number,
    log: (line: () => string) => void,
  ) {
    this.#time = time;
    this.#database = database;
    this.#skewMs = skewMs;
    this.#graceMs = graceMs;
    this.log = log;
    this.copies = new CopyOracle(time, rules, skewMs, (what) => this.violation(what));
  }

  violation(what: string): void {
    this.log(() => `VIOLATION ${what}`);
    this.violations.push(`at ${this.#time.now}: ${what}`);
  }

  acquired(shard: number, epoch: number, owner: string): void {
    this.log(() => `store: shard ${shard} acquired by ${owner}`);
    if (epoch <= (this.#epochs.get(shard) ?? 0)) this.violation(`O7: the epoch of shard ${shard} did not rise`);
    this.#epochs.set(shard, epoch);
  }

  applied({ shard, epoch, puts, removes }: ShardCommit): void {
    this.#commits += 1;
    if (epoch !== this.#epochs.get(shard)) this.violation(`O7: shard ${shard} took a commit of a fenced epoch`);
    for (const { user, snapshot } of puts)
      this.#record(
        user,
        nextSnapshots.decode(snapshot, (game) => game),
      );
    for (const user of removes) this.#record(user, NOTHING_HELD);
  }

  asked(user: UuidKey, command: Command, deadline: number): Ticket {
    if (command.kind === 'start') {
      const game = user + command.gameId;
      if (!this.#firstStart.has(game)) this.#firstStart.set(game, this.#time.now);
    }
    const latest = new Map<UuidKey, Version>();
    for (const id of this.#sessionsOf.get(user) ?? []) {
      const version = this.#versions.get(id)?.at(-1);
      if (version) latest.set(id, version);
    }
    const ticket: Ticket = { user, command, deadline, askedAt: this.#time.now, asOf: this.#commits, latest };
    this.#open.add(ticket);
    return ticket;
  }

  failed(ticket: Ticket): void {
    this.#settled(ticket);
  }

  replied(ticket: Ticket, reply: Reply): void {
    this.#settled(ticket);
    switch (reply.kind) {
      case 'session':
        return this.#checkSession(ticket, reply);
      case 'held':
        return this.#checkHeld(ticket, reply);
      case 'done':
        if (ticket.command.kind === 'flush') this.#checkFlushed(ticket);
        return;
      case 'refused':
        if (reply.session) this.#checkView(ticket, reply.session);
        if (reply.reason === 'session_unknown') this.#checkForgotten(ticket);
        return;
      case 'loan':
        if (ticket.command.kind === 'lend') this.copies.promised(ticket.user, ticket.command, reply);
        return;
      case 'copy_in_use':
        this.copies.seen[reply.by === 'owner' ? 'owner plays' : 'member plays'] += 1;
    }
  }

  /** What is wrong after everything has healed and had time to settle; the same questions as O8. */
  unfinished(): string[] {
    const wrong: string[] = [];
    for (const ticket of this.#open) wrong.push(`O7: a ${ticket.command.kind} was never settled`);
    const totals = new Map<string, number>();
    const daily = new Map<string, number>();
    for (const [id, versions] of this.#versions) {
      const last = versions.at(-1)?.session;
      const row = this.#database.rows.get(id);
      if (!last) continue;
      if (last.endReason === null) wrong.push(`O8: session ${id} is still open`);
      const told = JSON.stringify([row?.rev, row?.seq, row?.lastBeatAt, row?.ended, row?.firstDay, row?.msByDay]);
      const ended = last.endReason === null ? null : { at: last.endedAt, reason: last.endReason };
      const firstDay = Math.floor(last.startedAt / 86_400_000);
      const true_ = JSON.stringify([last.rev, last.seq, last.lastBeatAt, ended, firstDay, creditByDay(last.credit)]);
      if (told !== true_) wrong.push(`O8: PostgreSQL holds ${told} of session ${id}, the truth is ${true_}`);
      const game = (row?.userId ?? '') + last.gameId;
      totals.set(game, (totals.get(game) ?? 0) + totalCredit(last.credit));
      creditByDay(last.credit).forEach((ms, day) => {
        const date = `${game}${firstDay + day}`;
        daily.set(date, (daily.get(date) ?? 0) + ms);
      });
    }
    for (const [game, ms] of totals) {
      if (this.#database.totals.get(game) !== ms) wrong.push(`O8: the total of ${game} is not ${ms}`);
    }
    for (const [date, ms] of daily) {
      if ((this.#database.daily.get(date) ?? 0) !== ms) wrong.push(`O8: the day ${date} is not ${ms}`);
    }
    return wrong;
  }

  #settled(ticket: Ticket): void {
    if (!this.#open.delete(ticket)) this.violation(`a ${ticket.command.kind} was settled twice`);
    const late = this.#time.now - ticket.deadline;
    if (late > this.#graceMs) this.violation(`O7: a ${ticket.command.kind} was settled ${late} ms after its deadline`);
  }

  #record(user: UuidKey, state: UserState): void {
    this.copies.stored(user, state);
    const known = this.#sessionsOf.get(user) ?? new Set();
    this.#sessionsOf.set(user, known);
    const games = new Set<UuidKey>();
    for (const session of state.sessions) {
      known.add(session.id);
      games.add(session.gameId);
      const versions = this.#versions.get(session.id) ?? [];
      this.#versions.set(session.id, versions);
      const last = versions.at(-1);
      const credited = totalCredit(session.credit);
      if (last && !follows(last, session, credited)) {
        this.violation(`O1: session ${session.id} went from rev ${last.session.rev} back to ${session.rev}`);
      }
      if (last?.session.rev === session.rev) continue;
      if (last) last.until = this.#commits;
      versions.push({ session, credited, from: this.#commits, until: Infinity });
    }
    for (const id of known) {
      if (state.sessions.some((session) => session.id === id)) continue;
      const last = this.#versions.get(id)?.at(-1);
      if (last && this.#database.rows.get(id)?.rev !== last.session.rev) {
        this.violation(`O8: session ${id} was forgotten before PostgreSQL had it`);
      }
    }
    for (const game of games) this.#checkClock(user, game);
  }

  #checkClock(user: UuidKey, game: UuidKey): void {
    const passed = this.#time.now - (this.#firstStart.get(user + game) ?? Infinity);
    const credited = this.#totalOf(user, game);
    if (credited > passed + this.#skewMs) this.violation(`O6: ${credited} ms credited in ${passed} ms`);
  }

  #totalOf(user: UuidKey, game: UuidKey): number {
    let total = 0;
    for (const id of this.#sessionsOf.get(user) ?? []) {
      const last = this.#versions.get(id)?.at(-1);
      if (last?.session.gameId === game) total += last.credited;
    }
    return total;
  }

  #checkSession(ticket: Ticket, reply: SessionReply): void {
    this.#checkView(ticket, reply.session);
    this.copies.answered(reply.session, ticket.askedAt);
    const { command } = ticket;
    if ((command.kind === 'heartbeat' || command.kind === 'end') && reply.outcome === 'accepted') {
      if (reply.session.seq !== command.seq) this.violation(`a reply accepts another seq than was sent`);
    }
  }

  #checkView(ticket: Ticket, view: SessionView): void {
    const versions = this.#versions.get(view.sessionId) ?? [];
    const match = versions.some(
      (version, at) =>
        (version.until > ticket.asOf && tells(view, version)) ||
        (version.from > ticket.asOf && liesBetween(view, versions[at - 1], version)),
    );
    const told = `rev ? seq ${view.seq} credit ${view.creditedMs} ended ${view.ended?.reason ?? 'no'}`;
    if (!match) this.violation(`O2: ${told} of ${view.sessionId} was not the truth when it was told`);

    let least = 0;
    for (const { session, credited } of ticket.latest.values()) if (session.gameId === view.gameId) least += credited;
    const most = this.#totalOf(ticket.user, view.gameId);
    if (view.totalMs < least || view.totalMs > most) {
      this.violation(`O3: the total of ${view.gameId} was told as ${view.totalMs}, not ${least}..${most}`);
    }
  }

  #checkHeld(ticket: Ticket, reply: HeldReply): void {
    for (const view of reply.sessions) this.#checkView(ticket, view);
    for (const [id, { session }] of ticket.latest) {
      if (reply.sessions.some((view) => view.sessionId === id)) continue;
      if ((this.#database.rows.get(id)?.rev ?? 0) < session.rev) {
        this.violation(`O4: session ${id} is neither held nor in the database`);
      }
    }
  }

  #checkFlushed(ticket: Ticket): void {
    for (const [id, { session }] of ticket.latest) {
      const rev = this.#database.rows.get(id)?.rev ?? 0;
      if (rev < session.rev) this.violation(`O5: ${id} was said to be flushed at rev ${session.rev}, it is at ${rev}`);
    }
  }

  #checkForgotten({ command, latest }: Ticket): void {
    if (command.kind !== 'heartbeat' && command.kind !== 'end') return;
    const version = latest.get(command.sessionId);
    if (!version) return;
    const row = this.#database.rows.get(command.sessionId);
    if (!row?.ended) this.violation(`O4: session ${command.sessionId} is unknown but never ended`);
  }
}
