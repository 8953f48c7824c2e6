/**
 * When a price is a discount, and whom it is told to. Pure; amounts in a currency's smallest unit, times in ms since the
 * Unix epoch.
 *
 * A sale belongs to one currency. It begins when the catalogue says so, or, where the catalogue says nothing of regular
 * prices, when the price falls below what it was; it lasts until the price is back at the regular one or the catalogue
 * says that it is over. What a price was in another currency, or before the currency was taken away, is no one's
 * business: a change of currencies makes no discount.
 */

/** After a notice of a game its wisher hears nothing of the game for so long, however often sales come and go. */
export const NOTICE_COOLDOWN_MS = 7 * 86_400_000;

/** What the catalogue says that a game costs in one currency. */
export interface ToldPrice {
  readonly amountMinor: number;
  /** The price before the sale; null when the catalogue does not say. */
  readonly regularMinor: number | null;
  readonly saleEndsAt: number | null;
}

/** What is known of a price. */
export interface PriceState {
  readonly amountMinor: number;
  /** The price before the sale; null: not on sale. */
  readonly saleFromMinor: number | null;
  readonly saleEndsAt: number | null;
  /** When the sale began; without one, when the price last fell; null when it did not, or rose since. */
  readonly offerSince: number | null;
}

/** A price worth telling of. */
export interface Offer {
  readonly currency: string;
  readonly amountMinor: number;
  /** Null: no sale, the price fell for good. */
  readonly regularMinor: number | null;
  readonly discountPercent: number;
  readonly since: number;
}

/** What a wisher wants to be told of. */
export interface NoticeTerms {
  /** Without a target: of sales. */
  readonly onSale: boolean;
  /** Of nothing less. */
  readonly minDiscountPercent: number | null;
  /** Of any price that fell to this or below, on sale or for good; and of no higher one. */
  readonly target: { readonly currency: string; readonly amountMinor: number } | null;
  /** Only in this currency; null: any. */
  readonly currency: string | null;
}

export function isOnSale({ saleFromMinor, saleEndsAt }: Omit<PriceState, 'offerSince'>, now: number): boolean {
  return saleFromMinor !== null && (saleEndsAt === null || saleEndsAt > now);
}

/** By how many whole percent `amount` is below `regular`; never rounded up. */
export function discountPercent(amountMinor: number, regularMinor: number): number {
  if (amountMinor >= regularMinor) return 0;
  // The product of two amounts can be beyond what a number holds exactly.
  return Number((BigInt(regularMinor - amountMinor) * 100n) / BigInt(regularMinor));
}

/**
 * What becomes of a price when the catalogue tells a new one.
 *
 * @param before null when the game had no price in this currency
 * @returns `announce`: whether wishers may have to be told
 */
export function nextPrice(
  before: PriceState | null,
  told: ToldPrice,
  now: number,
): { readonly price: PriceState; readonly announce: boolean } {
  const { amountMinor, saleEndsAt } = told;
  const saleFromMinor = saleFrom(before, told, now);
  const fell = before !== null && amountMinor < before.amountMinor;
  const onSale = saleFromMinor !== null;
  const offerSince = onSale ? saleSince(before, now) : fallSince(before, amountMinor, now);
  return {
    price: { amountMinor, saleFromMinor, saleEndsAt: onSale ? saleEndsAt : null, offerSince },
    announce: before !== null && (onSale || fell),
  };
}

function saleFrom(before: PriceState | null, told: ToldPrice, now: number): number | null {
  const { amountMinor, regularMinor, saleEndsAt } = told;
  if (saleEndsAt !== null && saleEndsAt <= now) return null;
  if (regularMinor !== null) return regularMinor > amountMinor ? regularMinor : null;
  if (before === null) return null;
  const regular = isOnSale(before, now) ? (before.saleFromMinor ?? before.amountMinor) : before.amountMinor;
  return amountMinor < regular ? regular : null;
}

function saleSince(before: PriceState | null, now: number): number {
  return before !== null && isOnSale(before, now) ? (before.offerSince ?? now) : now;
}

function fallSince(before: PriceState | null, amountMinor: number, now: number): number | null {
  if (before === null || amountMinor > before.amountMinor) return null;
  if (amountMinor < before.amountMinor) return now;
  // The price of a sale that stays after it is over is no news.
  return before.saleFromMinor === null ? before.offerSince : null;
}

/** What there is to tell of a price now; null when it is an ordinary one. */
export function offerOf(currency: string, price: PriceState, now: number): Offer | null {
  const { amountMinor, saleFromMinor, offerSince: since } = price;
  if (since === null) return null;
  if (saleFromMinor === null) return { currency, amountMinor, regularMinor: null, discountPercent: 0, since };
  if (!isOnSale(price, now)) return null;
  const percent = discountPercent(amountMinor, saleFromMinor);
  return { currency, amountMinor, regularMinor: saleFromMinor, discountPercent: percent, since };
}

export function termsMet(terms: NoticeTerms, offer: Offer): boolean {
  const { onSale, minDiscountPercent, target, currency } = terms;
  if (currency !== null && currency !== offer.currency) return false;
  if (minDiscountPercent !== null && offer.discountPercent < minDiscountPercent) return false;
  if (target !== null) return target.currency === offer.currency && offer.amountMinor <= target.amountMinor;
  return onSale && offer.regularMinor !== null;
}

/**
 * Which of the offers a wisher is told of: the deepest on the wisher's terms, unless the wisher was told since that
 * offer began, or of anything of this game within the cooldown.
 *
 * @param noticedAt when the wisher was last told of the game; null: never
 */
export function noticeFor(
  terms: NoticeTerms,
  noticedAt: number | null,
  offers: readonly Offer[],
  now: number,
): Offer | null {
  if (noticedAt !== null && now - noticedAt < NOTICE_COOLDOWN_MS) return null;
  let best: Offer | null = null;
  for (const offer of offers) {
    if (noticedAt !== null && noticedAt >= offer.since) continue;
    if (!termsMet(terms, offer)) continue;
    if (best === null || offer.discountPercent > best.discountPercent) best = offer;
  }
  return best;
}
