/** The calls of the wishlist: the player's own, and those of the shop. */
import type { Call } from '../../common/api.ts';
import type { Game, GameBody } from '../../../lib/contract/admin.ts';
import type { EventBody } from '../../../lib/contract/support.ts';
import type { WishlistItem, WishPatch } from '../../../lib/contract/wishlist.ts';

/** Games that a shop may sell a game at, in percent off. */
export const LARGEST_DISCOUNT = 95;
const USUAL_DISCOUNT = 40;

export const LIST_CALL: Call = { method: 'GET', path: '/wishlist?limit=200' };

export function searchCall(q: string): Call {
  const wanted = q === '' ? '' : `&q=${encodeURIComponent(q)}`;
  return { method: 'GET', path: `/admin/catalog/games?limit=60${wanted}` };
}

export function wishCall(gameId: string): Call {
  return { method: 'POST', path: '/wishlist', body: { game_id: gameId, notify: { on_sale: true, currency: 'EUR' } } };
}

export function patchCall(gameId: string, body: WishPatch): Call {
  return { method: 'PATCH', path: `/wishlist/${gameId}`, body };
}

export function removeCall(gameId: string): Call {
  return { method: 'DELETE', path: `/wishlist/${gameId}` };
}

/** @param version of the list: somebody else may have changed it in another window */
export function orderCall(gameIds: readonly string[], version: number): Call {
  const headers = { 'if-match': `"${version}"` };
  return { method: 'PUT', path: '/wishlist/order', body: { game_ids: gameIds }, headers };
}

export function historyCall(gameId: string): Call {
  return { method: 'GET', path: `/wishlist/${gameId}/price-history?limit=50` };
}

export function entryCall(gameId: string): Call {
  return { method: 'GET', path: `/admin/catalog/games/${gameId}` };
}

/** The entry as it is, but for its prices. @param percent off; 0: no sale */
export function priceCall({ game_id, version: _, updated_at: __, prices, ...entry }: Game, percent: number): Call {
  const body: GameBody = {
    ...entry,
    prices: prices.map(({ currency, amount_minor, regular_minor }) => {
      const regular = Math.max(regular_minor ?? 0, amount_minor);
      return { currency, amount_minor: Math.floor((regular * (100 - percent)) / 100), regular_minor: regular };
    }),
  };
  return { method: 'PUT', path: `/admin/catalog/games/${game_id}`, body };
}

/** As the payment service tells it to the whole platform; the game is in the library a moment later. */
export function sellCall(userId: string, gameId: string): Call {
  return orderToldCall('payment.purchase.completed', userId, gameId);
}

export function takeBackCall(userId: string, gameId: string): Call {
  return orderToldCall('payment.refund.completed', userId, gameId);
}

function orderToldCall(type: EventBody['type'], userId: string, gameId: string): Call {
  const data = { user_id: userId, order_id: `play-${gameId.slice(-4)}`, game_ids: [gameId] };
  const body: EventBody = { source: '/shop', type, data };
  return { method: 'POST', path: '/admin/events', body };
}

/** A discount that the wisher asked to be told of, and deeper than the one there is. */
export function tellingDiscount({ notify, prices, discount_percent }: WishlistItem): number {
  const { min_discount_percent: least, target_price: target } = notify;
  const price = prices.find(({ currency }) => currency === target?.currency);
  const regular = price?.regular_minor ?? price?.amount_minor ?? 0;
  const toTarget = target === null || regular === 0 ? 0 : Math.ceil(100 - (100 * target.amount_minor) / regular);
  return Math.min(LARGEST_DISCOUNT, Math.max(USUAL_DISCOUNT, least ?? 0, toTarget, discount_percent + 5));
}
