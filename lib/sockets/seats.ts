import type { UuidKey } from '../uuid.ts';

/** How many sockets this node has taken in, by user: those whose handshake is under way count, too. */
export class Seats {
  readonly #ofUser = new Map<UuidKey, number>();
  readonly #perUser: number;
  readonly #perNode: number;
  #taken = 0;

  constructor(perUser: number, perNode: number) {
    this.#perUser = perUser;
    this.#perNode = perNode;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Takes a seat, or says what there are too many of. */
  take(user: UuidKey): 'taken' | 'user_full' | 'node_full' {
    const own = this.#ofUser.get(user) ?? 0;
    if (own >= this.#perUser) return 'user_full';
    if (this.#taken >= this.#perNode) return 'node_full';
    this.#ofUser.set(user, own + 1);
    this.#taken += 1;
    return 'taken';
  }

  leave(user: UuidKey): void {
    const own = this.#ofUser.get(user) ?? 0;
    if (own === 0) throw new TypeError('this seat was not taken');
    if (own === 1) this.#ofUser.delete(user);
    else this.#ofUser.set(user, own - 1);
    this.#taken -= 1;
  }
}
