/** Messages that nobody can ever process, of every kind, and what the dead letter of each says. */
import { randomBytes } from 'node:crypto';
import type { OutgoingMessage } from '../../../lib/ports/event-bus.ts';
import { platformEvent } from '../../platform-events.ts';

/** By which a poison message is known again, also when it is not even JSON. */
export const MARK_HEADER = 'x-poison';

export interface Poison {
  readonly message: OutgoingMessage;
  readonly mark: string;
  readonly reason: RegExp;
}

interface About {
  readonly user_id: string;
  readonly game_id: string;
  /** Of the event. */
  readonly id: string;
}

interface Kind {
  readonly reason: RegExp;
  readonly message: (about: About) => OutgoingMessage;
}

const purchase = ({ user_id, game_id, id }: About, order_id = 'order') =>
  platformEvent('payment.purchase.completed', { user_id, game_ids: [game_id], order_id }, id);
const update = ({ game_id, id }: About, members: object) =>
  platformEvent('catalog.game.updated', { game_id, game: { title: 'Poison', ...members } }, id);
const price = { currency: 'EUR', amount_minor: 1 };

const KINDS: readonly Kind[] = [
  { reason: /^no CloudEvent: .*JSON/, message: (about) => ({ ...purchase(about), value: 'oops, not JSON' }) },
  { reason: /^no CloudEvent: /, message: (about) => ({ ...purchase(about), value: '' }) },
  { reason: /^no CloudEvent: /, message: (about) => ({ ...purchase(about), value: JSON.stringify({ id: about.id }) }) },
  { reason: /^user_id: /, message: (about) => ({ ...purchase({ ...about, user_id: 'bob' }), key: about.user_id }) },
  { reason: /^game_ids/, message: (about) => withData(purchase(about), { user_id: about.user_id, order_id: 'o' }) },
  { reason: /^data/, message: (about) => withData(purchase(about), undefined) },
  { reason: /^VALIDATION_ERROR: prices/, message: (about) => update(about, { prices: [price, price] }) },
  { reason: /^order_id: /, message: (about) => purchase(about, 'half a pair: \ud800') },
  { reason: /^game\.released_on: /, message: (about) => update(about, { released_on: '0000-01-01' }) },
  { reason: /^the database cannot hold it: /, message: (about) => purchase({ ...about, id: `${about.id}\u0000` }) },
  {
    reason: /^the database cannot hold it: /,
    message: (about) => purchase({ ...about, id: randomBytes(6_000).toString('hex') }),
  },
];

/** The `n`th message of poison: kinds take turns. */
export function poison(n: number, about: About): Poison {
  const { message, reason } = KINDS[n % KINDS.length] as Kind;
  const made = message(about);
  const mark = `poison-${n}`;
  return { mark, reason, message: { ...made, headers: { ...made.headers, [MARK_HEADER]: mark } } };
}

function withData(message: OutgoingMessage, data: unknown): OutgoingMessage {
  return { ...message, value: JSON.stringify({ ...(JSON.parse(message.value) as object), data }) };
}
