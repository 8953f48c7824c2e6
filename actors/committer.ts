/**
 * Group commit: while one commit is under way, everything that happens in the shards gathers for the next one. So the
 * store sees one call at a time however many users beat, and a reply waits for at most two round trips.
 *
 * Owns: which shards need a commit, and the one commit in flight. Numbers of one shard therefore rise in the order in
 * which the store sees them; the store refuses what comes late all the same (C2).
 *
 * Invariants
 * - G1  At most one commit is in flight; a shard's next commit is cut only when the outcome of the last one is known,
 *       or given up on as unknown.
 * - G2  An unknown outcome acknowledges nothing and is followed by another try, after a pause, until the shard is fenced
 *       or let go.
 */
import type { Answer } from './envelope.ts';
import type { Cut, Shard } from './shard.ts';
import type { CheckpointStore, CommitOutcome } from '../lib/ports/checkpoint-store.ts';
import type { Clock } from '../lib/ports/clock.ts';

export interface CommitterEvents {
  /** The store refused the shard's epoch: somebody else owns it now. */
  fenced(shard: Shard, owner: string | null): void;
  committed(shards: number, records: number, ms: number): void;
  /** The store did not answer, or with an error. */
  commitFailed(error: unknown): void;
}

const NOT_COMMITTED: Answer = { kind: 'unavailable', reason: 'the checkpoint store did not confirm' };

export class Committer {
  readonly #store: CheckpointStore;
  readonly #clock: Clock;
  readonly #events: CommitterEvents;
  readonly #retryMs: number;
  readonly #due = new Set<Shard>();
  readonly #settling = new Map<Shard, (() => void)[]>();
  #inFlight: ReadonlySet<Shard> = new Set();
  #running = false;

  constructor(store: CheckpointStore, clock: Clock, events: CommitterEvents, retryMs: number) {
    this.#store = store;
    this.#clock = clock;
    this.#events = events;
    this.#retryMs = retryMs;
  }

  /** Has the shard's changes and waiting replies committed, soon. */
  request(shard: Shard): void {
    this.#due.add(shard);
    if (this.#running) return;
    this.#running = true;
    void this.#run();
  }

  /** Resolves when the shard has nothing left to commit, or was let go. */
  settled(shard: Shard): Promise<void> {
    if (!this.#isBusy(shard)) return Promise.resolve();
    if (shard.needsCommit) this.request(shard);
    return new Promise((resolve) => {
      this.#settling.set(shard, [...(this.#settling.get(shard) ?? []), resolve]);
    });
  }

  /** Stops committing the shard. A commit in flight still gets its outcome. */
  letGo(shard: Shard): void {
    this.#due.delete(shard);
    this.#wakeSettled(shard);
  }

  #isBusy(shard: Shard): boolean {
    return this.#inFlight.has(shard) || this.#due.has(shard) || shard.needsCommit;
  }

  #wakeSettled(shard: Shard): void {
    for (const resolve of this.#settling.get(shard) ?? []) resolve();
    this.#settling.delete(shard);
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // everything delivered in the same breath goes with the first commit
    while (this.#due.size > 0) {
      const cuts = Array.from(this.#due, (shard) => shard.cut());
      this.#inFlight = new Set(this.#due);
      this.#due.clear();
      for (const { traced } of cuts) for (const turn of traced) turn.committing();
      const outcomes = await this.#commit(cuts);
      cuts.forEach(({ traced }, at) => {
        for (const turn of traced) turn.committed(outcomes === null ? null : (outcomes[at]?.applied ?? false));
      });
      this.#inFlight = new Set();
      if (outcomes === null) {
        this.#unknown(cuts);
        await new Promise<void>((resolve) => void this.#clock.after(this.#retryMs, resolve));
      } else {
        this.#settle(cuts, outcomes);
      }
    }
    this.#running = false;
  }

  async #commit(cuts: readonly Cut[]): Promise<readonly CommitOutcome[] | null> {
    const began = this.#clock.now();
    try {
      const outcomes = await this.#store.commit(cuts.map((cut) => cut.commit));
      const records = cuts.reduce((sum, { commit }) => sum + commit.puts.length + commit.removes.length, 0);
      this.#events.committed(cuts.length, records, this.#clock.now() - began);
      return outcomes;
    } catch (error) {
      this.#events.commitFailed(error);
      return null;
    }
  }

  #unknown(cuts: readonly Cut[]): void {
    for (const cut of cuts) {
      cut.shard.unknown(cut, NOT_COMMITTED); // G2
      if (!cut.shard.closed && cut.shard.needsCommit) this.#due.add(cut.shard);
      else this.#wakeSettled(cut.shard);
    }
  }

  #settle(cuts: readonly Cut[], outcomes: readonly CommitOutcome[]): void {
    cuts.forEach((cut, at) => {
      const outcome = outcomes[at];
      if (outcome?.applied) {
        cut.shard.applied(cut);
        if (!this.#isBusy(cut.shard)) this.#wakeSettled(cut.shard);
        return;
      }
      const owner = outcome?.owner ?? null;
      cut.shard.unknown(cut, { kind: 'not_owner', owner });
      this.#events.fenced(cut.shard, owner);
    });
  }
}
