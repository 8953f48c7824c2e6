import type { Selectable } from 'kysely';
import type { NoticeTerms } from './discount-rules.ts';
import type { WishNotify, WishNotifyChange } from '../contract/wishlist.ts';
import type { Schema } from '../db/schema.ts';
import { LibraryError } from '../errors.ts';

/** When a user is told of discounts, who did not say. */
export const DEFAULT_NOTIFY: WishNotify = {
  on_sale: true,
  min_discount_percent: null,
  target_price: null,
  currency: null,
};

type Columns = Pick<
  Selectable<Schema['wishlists']>,
  'on_sale' | 'min_discount_percent' | 'target_currency' | 'target_minor' | 'currency'
>;

/**
 * @throws LibraryError VALIDATION_ERROR when the target price is in a currency that is not watched: it could never be
 *   reached
 */
export function mergedNotify(before: WishNotify, change: WishNotifyChange = {}): WishNotify {
  const notify = { ...before, ...change };
  const { target_price: target, currency } = notify;
  if (target !== null && currency !== null && target.currency !== currency) {
    const message = 'must be the currency of target_price, or null';
    throw new LibraryError('VALIDATION_ERROR', `notify.currency: ${message}`, {
      errors: [{ field: 'notify.currency', message }],
    });
  }
  return notify;
}

export function notifyColumns({ on_sale, min_discount_percent, target_price, currency }: WishNotify): Columns {
  return {
    on_sale,
    min_discount_percent,
    target_currency: target_price?.currency ?? null,
    target_minor: target_price?.amount_minor ?? null,
    currency,
  };
}

export function notifyOf({ target_currency, target_minor, ...row }: Columns): WishNotify {
  return {
    on_sale: row.on_sale,
    min_discount_percent: row.min_discount_percent,
    target_price:
      target_currency === null || target_minor === null
        ? null
        : { currency: target_currency, amount_minor: target_minor },
    currency: row.currency,
  };
}

/** What the rules of discounts work on. */
export function termsOf(row: Columns): NoticeTerms {
  const { on_sale, min_discount_percent, target_price, currency } = notifyOf(row);
  return {
    onSale: on_sale,
    minDiscountPercent: min_discount_percent,
    target: target_price === null ? null : { currency: target_price.currency, amountMinor: target_price.amount_minor },
    currency,
  };
}
