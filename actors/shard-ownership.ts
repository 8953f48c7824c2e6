/**
 * Which shards a node holds: acquires those that are its own, hands off those that are another's, and lets go of those
 * that another has taken.
 *
 *            acquire                    loaded
 *    absent ---------> loading ------> active ------> sealed ------> absent
 *      ^                  | failed       | fenced        (handoff: settle, release, tell the successor)
 *      +------------------+--------------+
 *
 * Invariants
 * - O1  A shard is served only from memory that was loaded with the epoch it commits under. Fenced memory is dropped
 *       whole; nothing of it is merged into anything.
 * - O2  Stealing a shard is always safe, so nothing here waits for agreement: placement, suspicion and handoff only
 *       decide how soon the right node acquires.
 * - O3  Checkpoints that this node cannot read are left as they are, whole shards of them: another engine, that reads them,
 *       stands in, and hands the shard back when it has written them in a version that all read (V3).
 */
import type { Answer } from './envelope.ts';
import type { HostOptions } from './host-options.ts';
import type { OwnershipPorts } from './host-ports.ts';
import { MemberView, type MemberReads } from './member-view.ts';
import { FREE, type Slot } from './shard-slot.ts';
import type { Shard } from './shard.ts';
import { UnreadableSnapshot } from './snapshot-format.ts';
import type { Acquired } from '../lib/ports/checkpoint-store.ts';

/** What is done with a shard's memory; the host's part. */
export interface ShardMemory {
  /** Builds a shard from its records. Throws when a record cannot be read: such a shard must not be served. */
  load(id: number, acquired: Acquired): Shard;
  /** Called once the shard is served. */
  loaded(shard: Shard): void;
  /** Has the shard meet the fence. */
  verify(shard: Shard): void;
  /** Resolves when the shard has nothing left to commit. */
  settled(shard: Shard): Promise<void>;
  /** Forgets the shard; whoever still waits for a commit of it hears `answer`. */
  close(shard: Shard, answer: Answer): void;
}

const DRAIN_POLL_MS = 20;

export class ShardOwnership {
  readonly #options: HostOptions;
  readonly #ports: OwnershipPorts;
  readonly #memory: ShardMemory;
  readonly #slots: Slot[];
  readonly #view: MemberView;
  /** Shards to acquire, the urgent ones (somebody waits) first. */
  readonly #urgent = new Set<number>();
  readonly #eager = new Set<number>();
  /** Shards to take for another node as soon as the fence has told that our own memory of them is stale. */
  readonly #standIns = new Set<number>();
  #acquiring = 0;

  constructor(options: HostOptions, ports: OwnershipPorts, memory: ShardMemory) {
    this.#options = options;
    this.#ports = ports;
    this.#memory = memory;
    this.#slots = Array.from({ length: options.shards }, () => FREE);
    this.#view = new MemberView(options.node, options.shards);
  }

  /** Shards being taken over. */
  get loading(): number {
    return this.#slots.filter(({ at }) => at === 'loading').length;
  }

  /** Shards whose checkpoints this node cannot read. */
  get unreadable(): number {
    return this.#slots.filter((slot) => slot.at === 'absent' && slot.unreadable !== null).length;
  }

  *shards(): Iterable<Shard> {
    for (const slot of this.#slots) if (slot.at === 'active') yield slot.shard;
  }

  /** The shard if this node serves it, null otherwise. */
  peek(id: number): Shard | null {
    const slot = this.#slots[id];
    return slot?.at === 'active' ? slot.shard : null;
  }

  /** The shard to ask, or what to tell the sender instead. Begins to acquire what this node should serve. */
  route(id: number, suspects: readonly string[]): Shard | Answer {
    const slot = this.#slots[id];
    if (slot?.at === 'active') return slot.shard;
    if (slot?.at === 'sealed') return { kind: 'not_owner', owner: slot.successor };
    if (slot?.at === 'absent') {
      const owner = this.#view.trustedOwnerOf(id, suspects);
      if (owner !== this.#options.node) return { kind: 'not_owner', owner };
      if (this.#ports.clock.now() >= slot.blockedUntil) {
        this.#urgent.add(id);
        this.#acquireNext();
      } else if (slot.elsewhere !== null) {
        return { kind: 'not_owner', owner: slot.elsewhere };
      } else if (slot.unreadable !== null) {
        return { kind: 'unavailable', reason: slot.unreadable };
      }
    }
    return { kind: 'loading' };
  }

  /**
   * The engine nodes that take part in placement, as this node sees them now; `alive` are all nodes that can hand
   * shards off, those that are leaving included.
   */
  setMembers(members: readonly string[], alive = members, reads: MemberReads = () => null): void {
    const { node, eagerDelayMs, random } = this.#options;
    const before = this.#view.placement;
    this.#view.set(members, reads);
    const now = this.#ports.clock.now();
    this.#view.placement.forEach((owner, id) => {
      const slot = this.#slots[id];
      if (slot?.at === 'absent' && slot.unreadable !== null) this.#slots[id] = FREE; // somebody may read it now
      if (owner !== node || before[id] === node || slot?.at !== 'absent') return;
      // A former owner that lives hands off at once; acquiring a moment later spares both a fence.
      const former = before[id] ?? null;
      const handedOff = former !== null && alive.includes(former);
      const delay = handedOff ? eagerDelayMs * (1 + random()) : 0;
      this.#slots[id] = { ...slot, eagerAt: now + delay };
    });
    this.reconcile();
  }

  /** Another node has released these shards for us. */
  acceptOffer(shards: readonly number[]): void {
    for (const id of shards) {
      const slot = this.#slots[id];
      // Somebody else had it, so what we hold is stale: the fence will say so (H3).
      if (slot?.at === 'active') this.#memory.verify(slot.shard);
      else if (this.#view.ownerOf(id) === this.#options.node) this.#eager.add(id);
      if (slot?.at === 'absent' && slot.unreadable !== null) this.#slots[id] = FREE; // it was written anew: O3
    }
    this.#acquireNext();
  }

  /** Another node cannot read these shards: this one serves them as a guest, and hands them back. */
  standIn(shards: readonly number[]): void {
    if (!this.#view.isMember) return; // whoever leaves, or has stopped, takes nothing up any more
    for (const id of shards) {
      const slot = this.#slots[id];
      if (slot?.at === 'absent') {
        this.#slots[id] = FREE; // whoever has fenced us cannot use what it took
        this.#urgent.add(id);
      } else if (slot?.at === 'active') {
        this.#standIns.add(id);
        this.#memory.verify(slot.shard);
      }
    }
    this.#acquireNext();
  }

  /**
   * Hands those of these shards that placement names another node for to it, at once: also guests, that would stay a
   * while. Resolves with how many went.
   */
  async handOver(shards: readonly number[]): Promise<number> {
    const going = shards.flatMap((id) => {
      const slot = this.#slots[id];
      const owner = this.#view.ownerOf(id);
      const stays = slot?.at !== 'active' || owner === null || owner === this.#options.node;
      return stays ? [] : [this.#handOff(id, slot.shard, owner)];
    });
    await Promise.all(going);
    return going.length;
  }

  /** Leaves in good order: every shard is settled, released and offered to its successor among `successors`. */
  async drain(successors: readonly string[]): Promise<void> {
    this.#urgent.clear();
    this.#eager.clear();
    this.setMembers(successors.filter((node) => node !== this.#options.node));
    while (this.#slots.some((slot) => slot.at !== 'absent')) {
      await Promise.all(
        this.#slots.map(async (slot, id) => {
          if (slot.at === 'active') await this.#handOff(id, slot.shard, this.#view.ownerOf(id));
        }),
      );
      // What was being loaded when the drain began arrives meanwhile, and goes the same way.
      await new Promise<void>((resolve) => void this.#ports.clock.after(DRAIN_POLL_MS, resolve));
    }
  }

  /** Lets go of everything without a word, like a crash. Nothing is acquired any more. */
  stop(): void {
    this.#view.set([], () => null);
    this.#urgent.clear();
    this.#eager.clear();
    this.#slots.forEach((slot, id) => {
      if (slot.at === 'active') this.#memory.close(slot.shard, { kind: 'not_owner', owner: null });
      this.#slots[id] = { ...FREE, blockedUntil: Infinity };
    });
  }

  /** Acquires what is ours and absent, hands off what is another's. */
  reconcile(): void {
    const now = this.#ports.clock.now();
    this.#view.placement.forEach((owner, id) => {
      const slot = this.#slots[id];
      if (slot?.at === 'absent' && owner === this.#options.node && now >= slot.eagerAt) this.#eager.add(id);
      if (slot?.at === 'active' && owner !== null && owner !== this.#options.node && now >= slot.guestUntil) {
        void this.#handOff(id, slot.shard, owner);
      }
    });
    this.#acquireNext();
  }

  /** The store refused a commit of the shard. */
  fenced(shard: Shard, owner: string | null): void {
    const { node, fenceCooldownMs, random } = this.#options;
    const slot = this.#slots[shard.id];
    if (slot?.at === 'active' && slot.shard === shard) {
      const blockedUntil = this.#ports.clock.now() + fenceCooldownMs * (1 + random());
      const standsIn = this.#standIns.delete(shard.id);
      // An acquisition of ours that we had given up on, and that the store carried out late, leaves nobody to fight with.
      const free = standsIn || owner === node;
      this.#slots[shard.id] = free ? FREE : { ...FREE, blockedUntil, elsewhere: owner };
      if (standsIn) this.#urgent.add(shard.id);
    }
    this.#memory.close(shard, { kind: 'not_owner', owner }); // O1
    this.#acquireNext();
  }

  #acquireNext(): void {
    while (this.#acquiring < this.#options.parallelAcquires) {
      const [id] = this.#urgent.size > 0 ? this.#urgent : this.#eager;
      if (id === undefined) return;
      this.#urgent.delete(id);
      this.#eager.delete(id);
      const slot = this.#slots[id];
      if (slot?.at !== 'absent' || this.#ports.clock.now() < slot.blockedUntil) continue;
      this.#slots[id] = { at: 'loading' };
      this.#acquiring += 1;
      void this.#acquire(id).finally(() => {
        this.#acquiring -= 1;
        this.#acquireNext();
      });
    }
  }

  async #acquire(id: number): Promise<void> {
    const { node, acquireRetryMs, guestMs, random } = this.#options;
    const { store, clock, events } = this.#ports;
    try {
      const acquired = await store.acquire(id, node);
      if (this.#slots[id]?.at !== 'loading') return; // stopped meanwhile; whoever acquires next fences this epoch
      this.#standIns.delete(id);
      const shard = this.#memory.load(id, acquired);
      const guestUntil = this.#view.ownerOf(id) === node ? 0 : clock.now() + guestMs;
      this.#slots[id] = { at: 'active', shard, guestUntil };
      events.acquired(shard);
      this.#memory.loaded(shard);
    } catch (error) {
      if (error instanceof UnreadableSnapshot) return this.#unreadable(id, error);
      events.acquireFailed(id, error);
      if (this.#slots[id]?.at !== 'loading') return;
      this.#slots[id] = { ...FREE, blockedUntil: clock.now() + acquireRetryMs * (1 + random()) };
    }
  }

  /** O3 */
  #unreadable(id: number, error: UnreadableSnapshot): void {
    const { guestMs } = this.#options;
    const { clock, events, standIn } = this.#ports;
    const reader = this.#view.readerOf(id, error.version);
    events.unreadable(id, error, reader);
    if (this.#slots[id]?.at !== 'loading') return;
    // Longer than the stand-in stays by itself: it hands the shard back, and offers it, before it would be stolen from it.
    const blockedUntil = clock.now() + 2 * guestMs;
    this.#slots[id] = { ...FREE, blockedUntil, elsewhere: reader, unreadable: error.message };
    if (reader !== null) standIn(reader, [id]);
  }

  async #handOff(id: number, shard: Shard, successor: string | null): Promise<void> {
    const sealed: Slot = { at: 'sealed', successor };
    this.#slots[id] = sealed;
    const { clock, store, offer, events } = this.#ports;
    let cancel = (): void => undefined;
    const late = new Promise<void>((resolve) => {
      cancel = clock.after(this.#options.sealMs, resolve);
    });
    await Promise.race([this.#memory.settled(shard), late]);
    cancel();
    this.#memory.close(shard, { kind: 'not_owner', owner: successor });
    try {
      await store.release(id, shard.epoch);
    } catch (error) {
      events.releaseFailed(id, error); // whoever acquires next does not need it
    }
    if (this.#slots[id] === sealed) this.#slots[id] = FREE;
    if (successor !== null) offer(successor, [id]);
  }
}
