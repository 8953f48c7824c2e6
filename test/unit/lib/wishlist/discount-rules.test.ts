import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  discountPercent,
  nextPrice,
  NOTICE_COOLDOWN_MS,
  noticeFor,
  offerOf,
  termsMet,
  type NoticeTerms,
  type Offer,
  type PriceState,
  type ToldPrice,
} from '../../../../lib/wishlist/discount-rules.ts';

const DAY = 86_400_000;
const T0 = Date.UTC(2026, 2, 1);
const told = (
  amountMinor: number,
  regularMinor: number | null = null,
  saleEndsAt: number | null = null,
): ToldPrice => ({
  amountMinor,
  regularMinor,
  saleEndsAt,
});
const ANY_SALE: NoticeTerms = { onSale: true, minDiscountPercent: null, target: null, currency: null };

/** The states that a price goes through, a day apart. */
function course(...prices: readonly ToldPrice[]): { price: PriceState; announce: boolean }[] {
  const steps: { price: PriceState; announce: boolean }[] = [];
  for (const [day, price] of prices.entries()) {
    steps.push(nextPrice(steps.at(-1)?.price ?? null, price, T0 + day * DAY));
  }
  return steps;
}

const regulars = (...prices: readonly ToldPrice[]) => course(...prices).map(({ price }) => price.saleFromMinor);
const sinceDays = (...prices: readonly ToldPrice[]) =>
  course(...prices).map(({ price }) => (price.offerSince === null ? null : (price.offerSince - T0) / DAY));

describe('a sale', () => {
  it('is a fall of the price, and lasts until the price is back, where the catalogue says nothing', () => {
    expect(regulars(told(20), told(15), told(12), told(18), told(20))).toEqual([null, 20, 20, 20, null]);
    expect(sinceDays(told(20), told(15), told(12), told(18), told(20))).toEqual([null, 1, 1, 1, null]);
  });

  it('is what the catalogue says it is, where it does', () => {
    expect(regulars(told(20), told(15, 15), told(12, 16), told(14, 16), told(14, 14))).toEqual([
      ...[null, null, 16, 16, null],
    ]);
    expect(regulars(told(20), told(20, 40), told(20, 30))).toEqual([null, 40, 30]);
  });

  it('is over at its end, whoever says so; what comes then is another', () => {
    const ends = T0 + DAY * 1.5;
    const steps = course(told(20), told(10, 20, ends), told(9, 20), told(9, 20, ends));
    expect(steps.map(({ price }) => price.saleFromMinor)).toEqual([null, 20, 20, null]);
    expect(steps[1]?.price.offerSince).toBe(T0 + DAY);
    expect(steps[2]?.price.offerSince).toBe(T0 + 2 * DAY);
    expect(offerOf('EUR', steps[1]!.price, ends - 1)).not.toBeNull();
    expect(offerOf('EUR', steps[1]!.price, ends)).toBeNull();
  });

  it('does not come of a currency that appears, but is seen in it when the catalogue says so', () => {
    expect(course(told(10))).toMatchObject([{ price: { saleFromMinor: null }, announce: false }]);
    expect(course(told(10, 20))).toMatchObject([{ price: { saleFromMinor: 20 }, announce: false }]);
    expect(course(told(10, 20), told(8, 20))).toMatchObject([{ announce: false }, { announce: true }]);
  });

  it('is counted in whole percent, never rounded up, whatever the amounts', () => {
    expect(discountPercent(1341, 2000)).toBe(32);
    expect(discountPercent(1, 1000)).toBe(99);
    expect(discountPercent(0, 5)).toBe(100);
    expect(discountPercent(Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER)).toBe(0);
    expect(discountPercent(7, 5)).toBe(0);
  });
});

describe('a fall for good', () => {
  it('is worth telling only those with a target price, until the price rises', () => {
    const steps = course(told(20), told(15, 15), told(17, 17));
    expect(steps.map(({ announce }) => announce)).toEqual([false, true, false]);
    const offer = offerOf('EUR', steps[1]!.price, T0 + DAY);
    expect(offer).toEqual({
      currency: 'EUR',
      amountMinor: 15,
      regularMinor: null,
      discountPercent: 0,
      since: T0 + DAY,
    });
    expect(termsMet(ANY_SALE, offer!)).toBe(false);
    expect(termsMet({ ...ANY_SALE, target: { currency: 'EUR', amountMinor: 15 } }, offer!)).toBe(true);
    expect(offerOf('EUR', steps[2]!.price, T0 + 2 * DAY)).toBeNull();
  });
});

describe('the terms of a wish', () => {
  const offer: Offer = { currency: 'EUR', amountMinor: 10, regularMinor: 20, discountPercent: 50, since: T0 };
  const target = (amountMinor: number, currency = 'EUR') => ({ currency, amountMinor });
  it.each<[string, Partial<NoticeTerms>, boolean]>([
    ['any sale', {}, true],
    ['no sales', { onSale: false }, false],
    ['a discount that is reached', { minDiscountPercent: 50 }, true],
    ['a discount that is not', { minDiscountPercent: 51 }, false],
    ['a target that is reached', { target: target(10) }, true],
    ['a target that is reached, without sales', { onSale: false, target: target(10) }, true],
    ['a target that is not reached, though sales are asked for', { target: target(9) }, false],
    ['a target and a discount, both reached', { target: target(12), minDiscountPercent: 40 }, true],
    ['a target that is reached, by too small a discount', { target: target(12), minDiscountPercent: 60 }, false],
    ['a target in another currency', { target: target(100, 'USD') }, false],
    ['the currency', { currency: 'EUR' }, true],
    ['another currency', { currency: 'USD' }, false],
  ])('of %s', (_name, terms, met) => {
    expect(termsMet({ ...ANY_SALE, ...terms }, offer)).toBe(met);
  });

  it('choose the deepest of several currencies', () => {
    const offers = [offer, { ...offer, currency: 'USD', discountPercent: 60 }, { ...offer, currency: 'YEN' }];
    expect(noticeFor(ANY_SALE, null, offers, T0)?.currency).toBe('USD');
  });
});

const CURRENCIES = ['EUR', 'USD'] as const;
const amount = fc.integer({ min: 0, max: 6 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
interface Change {
  readonly afterHours: number;
  readonly prices: Readonly<
    Record<
      string,
      { readonly amountMinor: number; readonly regularMinor: number | null; readonly endsInHours: number | null }
    >
  >;
}
const change: fc.Arbitrary<Change> = fc.record({
  afterHours: fc.integer({ min: 0, max: 120 }),
  prices: fc.dictionary(
    fc.constantFrom(...CURRENCIES),
    fc.record({
      amountMinor: amount,
      regularMinor: maybe(amount),
      endsInHours: maybe(fc.integer({ min: -1, max: 200 })),
    }),
    { noNullPrototype: true },
  ),
});
const terms: fc.Arbitrary<NoticeTerms> = fc.record({
  onSale: fc.boolean(),
  minDiscountPercent: maybe(fc.constantFrom(10, 50, 80)),
  target: maybe(fc.record({ currency: fc.constantFrom(...CURRENCIES), amountMinor: amount })),
  currency: maybe(fc.constantFrom(...CURRENCIES)),
});

interface Step {
  readonly at: number;
  readonly before: ReadonlyMap<string, PriceState>;
  readonly offers: readonly Offer[];
  readonly notices: readonly (Offer | null)[];
  readonly noticedAt: readonly (number | null)[];
}

/** What the catalogue's transaction and the job that follows it do, for some wishers of one game. */
function play(changes: readonly Change[], wishers: readonly NoticeTerms[]): Step[] {
  let state = new Map<string, PriceState>();
  let noticedAt: (number | null)[] = wishers.map(() => null);
  let at = T0;
  return changes.map(({ afterHours, prices }) => {
    at += afterHours * 3_600_000;
    const before = state;
    state = new Map();
    const announced: string[] = [];
    for (const [currency, { amountMinor, regularMinor, endsInHours }] of Object.entries(prices)) {
      const saleEndsAt = endsInHours === null ? null : at + endsInHours * 3_600_000;
      const next = nextPrice(before.get(currency) ?? null, { amountMinor, regularMinor, saleEndsAt }, at);
      state.set(currency, next.price);
      if (next.announce) announced.push(currency);
    }
    const offers = announced.flatMap((currency) => offerOf(currency, state.get(currency)!, at) ?? []);
    const was = noticedAt;
    const notices = wishers.map((wisher, n) => noticeFor(wisher, was[n] ?? null, offers, at));
    noticedAt = was.map((before, n) => (notices[n] === null ? before : at));
    return { at, before, offers, notices, noticedAt: was };
  });
}

const games = fc.tuple(fc.array(change, { maxLength: 30 }), fc.array(terms, { minLength: 1, maxLength: 4 }));

describe('whatever prices do', () => {
  it('a wisher is told of one sale once, and of one game never twice within the cooldown', () => {
    fc.assert(
      fc.property(games, ([changes, wishers]) => {
        const steps = play(changes, wishers);
        for (const n of wishers.keys()) {
          const told = steps.flatMap(({ at, notices }) => (notices[n] ? [{ at, offer: notices[n] }] : []));
          expect(new Set(told.map(({ offer }) => `${offer.currency} ${offer.since}`)).size).toBe(told.length);
          for (const [i, { at }] of told.entries()) {
            if (i > 0) expect(at - told[i - 1]!.at).toBeGreaterThanOrEqual(NOTICE_COOLDOWN_MS);
          }
        }
      }),
    );
  });

  it('nobody is told of a currency that has just come, or in a currency that is not watched', () => {
    fc.assert(
      fc.property(games, ([changes, wishers]) => {
        for (const { before, offers, notices } of play(changes, wishers)) {
          for (const { currency } of offers) expect(before.has(currency)).toBe(true);
          for (const [n, offer] of notices.entries()) {
            if (offer !== null) expect([null, offer.currency]).toContain(wishers[n]!.currency);
          }
        }
      }),
    );
  });

  it('everybody whose terms a changed price meets is told, who was not told of that sale and is not cooling down', () => {
    fc.assert(
      fc.property(games, ([changes, wishers]) => {
        for (const { at, offers, notices, noticedAt } of play(changes, wishers)) {
          for (const [n, wisher] of wishers.entries()) {
            const last = noticedAt[n] ?? -Infinity;
            const due = offers.some((offer) => termsMet(wisher, offer) && last < offer.since);
            expect(notices[n] !== null).toBe(due && at - last >= NOTICE_COOLDOWN_MS);
          }
        }
      }),
    );
  });

  it('a price that rises above what it was before is no offer unless the catalogue calls it one', () => {
    fc.assert(
      fc.property(fc.array(amount, { minLength: 1, maxLength: 20 }), (amounts) => {
        const steps = course(...amounts.map((price) => told(price)));
        const highest = Math.max(...amounts);
        for (const [day, { price }] of steps.entries()) {
          if (amounts[day] === highest) expect(price.saleFromMinor).toBeNull();
        }
      }),
    );
  });
});
