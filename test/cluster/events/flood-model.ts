/** What a flood comes to when each event takes effect once and in order: a pure model, without a database or a bus. */
import type { Flood, PlatformEvent } from './flood.ts';

/** The streams whose order is told: what changes them comes from one topic each. */
export const STREAMS = ['access', 'installations', 'wishes'] as const;
export type Stream = (typeof STREAMS)[number];

export interface FloodOutcome {
  /** `user game` → source, `revoked` behind it when access is gone. */
  readonly libraries: ReadonlyMap<string, string>;
  /** `user game device` → status and version. */
  readonly installations: ReadonlyMap<string, string>;
  /** game → title, prices, version. */
  readonly catalog: ReadonlyMap<string, string>;
  /** `user game` of wishes that are left. */
  readonly wishes: ReadonlySet<string>;
  /** `user game action` → entries. */
  readonly audited: ReadonlyMap<string, number>;
  /** By user and stream, the events that the service tells, as {@link describeTold} describes them. */
  readonly told: ReadonlyMap<string, Readonly<Record<Stream, readonly string[]>>>;
  readonly erased: ReadonlySet<string>;
}

interface Access {
  readonly source: string;
  readonly revoked: boolean;
}

/** The outcome as if nobody had been erased; {@link FloodOutcome.erased} says whose rows must be gone after all. */
export function outcomeOf(flood: Flood): FloodOutcome {
  const model = new Model(flood);
  const seen = new Set<string>();
  for (const { event } of flood.messages) {
    if (event === null || seen.has(event.id)) continue;
    seen.add(event.id);
    model.take(event);
  }
  return model.outcome();
}

class Model {
  readonly #access = new Map<string, Access>();
  readonly #installations = new Map<string, string>();
  readonly #catalog = new Map<string, { content: string; version: number }>();
  readonly #wishes: Set<string>;
  readonly #audited = new Map<string, number>();
  readonly #told: Map<string, Record<Stream, string[]>>;
  readonly #erased = new Set<string>();

  constructor({ users, games, wishes }: Flood) {
    this.#told = new Map(users.map((user) => [user, { access: [], installations: [], wishes: [] }]));
    this.#wishes = new Set(wishes.map(([user, game]) => `${user} ${game}`));
    for (const game of games) this.#catalog.set(game, { content: contentOf(seedTitle(game), []), version: 1 });
    for (const [user, game] of wishes) this.#tell(user, 'wishes', `library.wishlist.item.added ${game}`);
  }

  take({ type, data }: PlatformEvent): void {
    switch (type) {
      case 'payment.purchase.completed':
        for (const game of inOrder(data.game_ids)) this.#grant(data.user_id, game, data.source ?? 'purchase');
        return;
      case 'payment.refund.completed':
        for (const game of inOrder(data.game_ids)) this.#revoke(data.user_id, game);
        return;
      case 'catalog.game.updated':
        this.#update(data.game_id, contentOf(data.game.title, data.game.prices ?? []));
        return;
      case 'download.game.installed':
        this.#install(data, `${data.status} ${data.version}`);
        return;
      case 'download.game.uninstalled':
        this.#install(data, null);
        return;
      case 'account.user.deleted':
        this.#erased.add(data.user_id);
    }
  }

  outcome(): FloodOutcome {
    return {
      libraries: new Map(
        [...this.#access].map(([key, { source, revoked }]) => [key, `${source}${revoked ? ' revoked' : ''}`]),
      ),
      installations: this.#installations,
      catalog: new Map([...this.#catalog].map(([game, { content, version }]) => [game, `${content} v${version}`])),
      wishes: this.#wishes,
      audited: this.#audited,
      told: this.#told,
      erased: this.#erased,
    };
  }

  #grant(user: string, game: string, source: string): void {
    const key = `${user} ${game}`;
    if (this.#access.get(key)?.revoked === false) return;
    this.#access.set(key, { source, revoked: false });
    this.#audit(`${key} library.granted`);
    this.#tell(user, 'access', `library.game.added ${game} ${source}`);
    if (this.#wishes.delete(key)) this.#tell(user, 'wishes', `library.wishlist.item.removed ${game} acquired`);
  }

  #revoke(user: string, game: string): void {
    const key = `${user} ${game}`;
    const access = this.#access.get(key);
    if (access === undefined || access.revoked) return;
    this.#access.set(key, { ...access, revoked: true });
    this.#audit(`${key} library.revoked`);
    this.#tell(user, 'access', `library.game.removed ${game} refunded`);
  }

  #update(game: string, content: string): void {
    const before = this.#catalog.get(game);
    if (before?.content === content) return;
    this.#catalog.set(game, { content, version: (before?.version ?? 0) + 1 });
  }

  /** @param state null: not installed */
  #install(where: { user_id: string; game_id: string; device_id: string }, state: string | null): void {
    const { user_id, game_id, device_id } = where;
    const key = `${user_id} ${game_id} ${device_id}`;
    if ((this.#installations.get(key) ?? null) === state) return;
    if (state === null) this.#installations.delete(key);
    else this.#installations.set(key, state);
    this.#tell(user_id, 'installations', `library.game.updated ${game_id} install_status`);
  }

  #audit(key: string): void {
    this.#audited.set(key, (this.#audited.get(key) ?? 0) + 1);
  }

  #tell(user: string, stream: Stream, event: string): void {
    this.#told.get(user)?.[stream].push(event);
  }
}

/** What the catalogue calls a game before the flood. */
export function seedTitle(game: string): string {
  return `Seed ${game}`;
}

/** A catalogue entry as it is compared. */
export function contentOf(title: string, prices: readonly { currency: string; amount_minor: number }[]): string {
  const sorted = prices.map(({ currency, amount_minor }) => `${currency} ${amount_minor}`).sort();
  return [title, ...sorted].join(', ');
}

/** Which stream an event of ours belongs to, and the event as it is compared; null: none that a flood may bring about. */
export function describeTold(type: string, data: Readonly<Record<string, unknown>>): [Stream, string] | null {
  const of = (...members: readonly unknown[]): string => [type, data['game_id'], ...members].join(' ');
  switch (type) {
    case 'library.game.added':
      return ['access', of(data['source'])];
    case 'library.game.removed':
      return ['access', of(data['reason'])];
    case 'library.game.updated':
      return ['installations', of(String(data['changed']))];
    case 'library.wishlist.item.added':
      return ['wishes', of()];
    case 'library.wishlist.item.removed':
      return ['wishes', of(data['reason'])];
    default:
      return null;
  }
}

function inOrder(games: readonly string[]): string[] {
  return [...new Set(games)].sort();
}
