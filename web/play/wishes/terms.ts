/** When a wisher is told of a price, in words. */
import { money } from '../../common/locale.ts';
import type { WishlistItem } from '../../../lib/contract/wishlist.ts';
import { say } from './words.ts';

type Price = WishlistItem['prices'][number];

/** For so long after a notice nothing is told of the game (lib/wishlist/DESIGN.md). */
const QUIET_MS = 7 * 86_400_000;

/** The price that the wisher watches, first. */
export function watchedPrices({ prices, notify: { currency } }: WishlistItem): readonly Price[] {
  return currency === null ? prices : prices.filter((price) => price.currency === currency);
}

export function wasToldLately({ notified_at }: Pick<WishlistItem, 'notified_at'>): boolean {
  return notified_at !== null && Date.now() - new Date(notified_at).getTime() < QUIET_MS;
}

export function asksForNothing({ notify: { on_sale, target_price } }: WishlistItem): boolean {
  return !on_sale && target_price === null;
}

export function termsOf(item: WishlistItem): string {
  const { min_discount_percent: least, target_price: target, currency } = item.notify;
  if (asksForNothing(item)) return say('terms_never');
  if (target !== null) return say('terms_target', { price: money(target.amount_minor, target.currency) });
  const terms = least === null ? say('terms_sale') : say('terms_least', { percent: least });
  return currency === null ? terms : say('terms_in', { terms, currency });
}
