/** What the flood is made of: the platform's life as its topics tell it, with repetitions and poison among it. */
import { poison, type Poison } from './poison.ts';
import type { ConsumedData, ConsumedType } from '../../../lib/contract/events/consumed.ts';
import type { OutgoingMessage } from '../../../lib/ports/event-bus.ts';
import { platformEvent } from '../../platform-events.ts';
import type { SeededRandom } from '../../simulation/seeded-random.ts';

/** An event of the platform, as the model reads it. */
export type PlatformEvent = {
  readonly [Type in ConsumedType]: { readonly type: Type; readonly id: string; readonly data: ConsumedData<Type> };
}[ConsumedType];

export interface Flood {
  readonly users: readonly string[];
  /** Known to the catalogue from the beginning, at no price. */
  readonly games: readonly string[];
  /** What users wish for from the beginning: nobody has it yet. */
  readonly wishes: readonly (readonly [userId: string, gameId: string])[];
  /** In the order in which they are published. Repetitions stand in it twice. */
  readonly messages: readonly FloodMessage[];
  readonly duplicates: number;
  readonly poison: readonly Poison[];
}

/** `event` is null for poison, and for what the service has no use for. */
export interface FloodMessage {
  readonly message: OutgoingMessage;
  readonly event: PlatformEvent | null;
}

const GAMES = 60;
/** The last of these the catalogue tells of only in the flood, if at all. */
const UNKNOWN_GAMES = 10;
/** Wished for, and never priced: a sale would be told at a moment that no model knows. */
const WISHED_GAMES = 20;
const DUPLICATES = 0.01;
const POISON = 0.01;
const UNHEARD_OF = 0.01;

/** How often each type comes, as shares of the whole. */
const MIX: readonly (readonly [type: ConsumedType, share: number])[] = [
  ['payment.purchase.completed', 0.42],
  ['payment.refund.completed', 0.2],
  ['download.game.installed', 0.17],
  ['download.game.uninstalled', 0.1],
  ['catalog.game.updated', 0.105],
  ['account.user.deleted', 0.005],
];

/**
 * A flood of `size` messages, drawn from the seed alone but for the bytes of overlong ids. Repetitions are exact, at once
 * or at any later time; users whose accounts are deleted go on buying and installing.
 */
export function makeFlood(size: number, random: SeededRandom): Flood {
  const users = Array.from({ length: Math.max(20, Math.ceil(size / 25)) }, () => uuidOf(random));
  const games = Array.from({ length: GAMES }, () => uuidOf(random)).sort();
  const wishes = users.flatMap((user) =>
    games.slice(0, WISHED_GAMES).flatMap((game) => (random.chance(0.1) ? [[user, game] as const] : [])),
  );
  const making = new Making(users, games, random);
  const messages: FloodMessage[] = [];
  const late = new Map<number, FloodMessage>();
  const poisons: Poison[] = [];
  let duplicates = 0;
  while (messages.length < size) {
    const repeated = late.get(messages.length);
    if (repeated !== undefined) {
      messages.push(repeated);
      duplicates += 1;
    } else if (random.chance(POISON)) {
      const bad = poison(poisons.length, { ...making.userAndGame(), id: uuidOf(random) });
      poisons.push(bad);
      messages.push({ message: bad.message, event: null });
    } else if (random.chance(UNHEARD_OF)) {
      messages.push(making.unheardOf());
    } else {
      const made = making.event(drawn(MIX, random));
      messages.push(made);
      if (random.chance(DUPLICATES)) {
        const at = random.chance(0.5) ? messages.length : random.between(messages.length, size - 1);
        if (at < size) late.set(at, made);
      }
    }
  }
  return { users, games: games.slice(0, GAMES - UNKNOWN_GAMES), wishes, messages, duplicates, poison: poisons };
}

class Making {
  readonly #users: readonly string[];
  readonly #games: readonly string[];
  readonly #devices: readonly string[];
  readonly #random: SeededRandom;
  readonly #bought: (readonly [user: string, games: readonly string[]])[] = [];
  #number = 0;

  constructor(users: readonly string[], games: readonly string[], random: SeededRandom) {
    this.#users = users;
    this.#games = games;
    this.#random = random;
    this.#devices = Array.from({ length: 3 }, () => uuidOf(random));
  }

  userAndGame(): { readonly user_id: string; readonly game_id: string } {
    return { user_id: this.#random.pick(this.#users), game_id: this.#random.pick(this.#games) };
  }

  event(type: ConsumedType): FloodMessage {
    this.#number += 1;
    switch (type) {
      case 'payment.purchase.completed':
        return this.#purchase();
      case 'payment.refund.completed':
        return this.#refund();
      case 'catalog.game.updated':
        return this.#update();
      case 'download.game.installed': {
        const status = this.#random.pick(['installed', 'updating'] as const);
        return this.#told(type, { ...this.#installation(), status, version: `1.${this.#random.between(0, 3)}` });
      }
      case 'download.game.uninstalled':
        return this.#told(type, this.#installation());
      case 'account.user.deleted':
        return this.#told(type, { user_id: this.#random.pick(this.#users) });
    }
  }

  /** Of a type that the service has no use for, on a topic that it listens to. */
  unheardOf(): FloodMessage {
    const { message } = this.#refund();
    return { message: { ...message, value: message.value.replace('payment.refund.completed', 'x.y') }, event: null };
  }

  #purchase(): FloodMessage {
    const { user_id } = this.userAndGame();
    const game_ids = Array.from({ length: this.#random.between(1, 3) }, () => this.#random.pick(this.#games));
    const source = this.#random.pick(['purchase', 'gift', 'subscription'] as const);
    this.#bought.push([user_id, game_ids]);
    const order_id = `order-${this.#number}`;
    return this.#told('payment.purchase.completed', { user_id, game_ids, order_id, source });
  }

  /** Mostly of something bought lately. */
  #refund(): FloodMessage {
    const order_id = `refund-${this.#number}`;
    const { user_id, game_id } = this.userAndGame();
    const [user, games] =
      this.#bought.length > 0 && this.#random.chance(0.8)
        ? this.#random.pick(this.#bought.slice(-500))
        : [user_id, [game_id]];
    return this.#told('payment.refund.completed', { user_id: user, game_ids: [...games], order_id });
  }

  #update(): FloodMessage {
    const at = this.#random.between(0, this.#games.length - 1);
    const title = `Game ${at}, ${this.#random.pick(['first', 'second', 'third'])} edition`;
    const prices =
      at < WISHED_GAMES
        ? []
        : ['EUR', 'USD'].map((currency) => ({ currency, amount_minor: this.#random.between(1, 4) * 500 }));
    return this.#told('catalog.game.updated', { game_id: this.#games[at] ?? '', game: { title, prices } });
  }

  #installation() {
    return { ...this.userAndGame(), device_id: this.#random.pick(this.#devices) };
  }

  #told<Type extends ConsumedType>(type: Type, data: ConsumedData<Type>): FloodMessage {
    const id = uuidOf(this.#random);
    return { message: platformEvent(type, data, id), event: { type, id, data } as PlatformEvent };
  }
}

function drawn<Value>(shares: readonly (readonly [Value, number])[], random: SeededRandom): Value {
  let left = random.next() * shares.reduce((sum, [, share]) => sum + share, 0);
  const found = shares.find(([, share]) => (left -= share) < 0) ?? shares[0];
  return (found as readonly [Value, number])[0];
}

function uuidOf(random: SeededRandom): string {
  const hex = Array.from({ length: 32 }, () => random.between(0, 15).toString(16)).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
