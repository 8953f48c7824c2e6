import Type from 'typebox';
import type { Static } from 'typebox';
import type { Endpoint } from './endpoint.ts';
import { closed, day, GameId, nullable, page, pagination, text, timestamp, UserId } from './fields.ts';
import { Company, CoverUrl, Genres, Title } from './library.ts';

/** Games that a user can wish for at once. */
export const MAX_WISHES = 1000;

const currency = (description: string) => Type.String({ pattern: '^[A-Z]{3}$', description, examples: ['EUR'] });
const amount = (description: string, example: number) =>
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description, examples: [example] });
const percent = (description: string) => Type.Integer({ minimum: 0, maximum: 100, description, examples: [50] });

const Priority = Type.Integer({ minimum: 1, maximum: 5, description: '5: wanted most. Default: 3', examples: [4] });
const note = text("The user's own note", 1000, { example: 'For the long weekend' });
const onSale = Type.Boolean({ description: 'To be told when it is on sale. Default: true', examples: [true] });
const minDiscountPercent = nullable(
  Type.Integer({ minimum: 1, maximum: 100, description: 'Not to be told of smaller discounts', examples: [50] }),
);
const targetPrice = nullable(
  closed(
    { currency: currency('ISO 4217'), amount_minor: amount("In the currency's smallest unit", 999) },
    {
      title: 'TargetPrice',
      description: 'To be told when the price falls to this or below, on sale or for good, and of no higher one',
    },
  ),
);
const watched = nullable(currency('The only currency in which the price is watched; null: any'));

const WishNotify = closed(
  { on_sale: onSale, min_discount_percent: minDiscountPercent, target_price: targetPrice, currency: watched },
  { title: 'WishNotify' },
);
export type WishNotify = Static<typeof WishNotify>;

const WishNotifyChange = closed(
  {
    on_sale: Type.Optional(onSale),
    min_discount_percent: Type.Optional(minDiscountPercent),
    target_price: Type.Optional(targetPrice),
    currency: Type.Optional(watched),
  },
  { title: 'WishNotifyChange', description: 'When to be told of a discount. Members left out stay as they are' },
);
export type WishNotifyChange = Static<typeof WishNotifyChange>;

const WishPrice = closed(
  {
    currency: currency('ISO 4217'),
    amount_minor: amount('The price now', 999),
    on_sale: Type.Boolean({ examples: [true] }),
    regular_minor: nullable(amount('The price before the sale; null when it is not on sale', 1999)),
    discount_percent: percent('By how much the sale lowers the price, rounded down; 0 when it is not on sale'),
    sale_ends_at: nullable(timestamp('When the sale ends, where that is known')),
    lowest_minor: amount('The lowest price ever seen', 799),
    lowest_at: timestamp('When it was first seen'),
  },
  { title: 'WishPrice' },
);
export type WishPrice = Static<typeof WishPrice>;

export const WishlistItem = closed(
  {
    game_id: GameId,
    title: Title,
    developer: nullable(Company),
    publisher: nullable(Company),
    cover_url: nullable(CoverUrl),
    genres: Genres,
    released_on: nullable(day('First day of sale')),
    priority: Priority,
    note: nullable(note),
    notify: WishNotify,
    on_sale: Type.Boolean({ description: 'In the watched currency, or in any', examples: [true] }),
    discount_percent: percent('The largest of the discounts that `on_sale` speaks of'),
    prices: Type.Array(WishPrice, { description: 'One a currency' }),
    added_at: timestamp('When the user wished for it'),
    notified_at: nullable(timestamp('When the user was last told of a discount of this game')),
    version: Type.Integer({ minimum: 1, description: 'Rises with every change of the wish', examples: [1] }),
  },
  { title: 'WishlistItem' },
);
export type WishlistItem = Static<typeof WishlistItem>;

const ListVersion = Type.Integer({
  minimum: 0,
  description: 'Rises when games come, go or change places; what `If-Match` names when the order is changed',
  examples: [7],
});

export const WishlistPage = closed(
  { ...page(WishlistItem, '').properties, version: ListVersion },
  { title: 'WishlistPage' },
);
export type WishlistPage = Static<typeof WishlistPage>;

export const WishBody = closed(
  {
    game_id: GameId,
    priority: Type.Optional(Priority),
    note: Type.Optional(nullable(note)),
    notify: Type.Optional(WishNotifyChange),
  },
  { title: 'Wish' },
);
export type WishBody = Static<typeof WishBody>;

export const WishPatch = closed(
  {
    priority: Type.Optional(Priority),
    note: Type.Optional(nullable(note)),
    notify: Type.Optional(WishNotifyChange),
  },
  { title: 'WishPatch', minProperties: 1 },
);
export type WishPatch = Static<typeof WishPatch>;

export const OrderBody = closed(
  {
    game_ids: Type.Array(GameId, {
      maxItems: MAX_WISHES,
      uniqueItems: true,
      description: 'Exactly the games of the wishlist, in the new order',
    }),
  },
  { title: 'WishlistOrder' },
);
export type OrderBody = Static<typeof OrderBody>;

export const OrderReply = closed(
  { game_ids: Type.Array(GameId), version: ListVersion },
  { title: 'WishlistOrderReply' },
);
export type OrderReply = Static<typeof OrderReply>;

const PastPrice = closed(
  {
    currency: currency('ISO 4217'),
    changed_at: timestamp('From when on'),
    amount_minor: amount('The price', 999),
    regular_minor: nullable(amount('The price before the sale; null when it was not on sale', 1999)),
    discount_percent: percent('By how much the sale lowered the price'),
  },
  { title: 'PastPrice' },
);
export const PriceHistoryPage = page(PastPrice, 'PriceHistoryPage');
export type PriceHistoryPage = Static<typeof PriceHistoryPage>;
export const PriceHistoryQuery = closed({
  currency: Type.Optional(currency('Only prices in this currency')),
  ...pagination,
});
export type PriceHistoryQuery = Static<typeof PriceHistoryQuery>;

const tag = 'Wishlist';
const own = { user: 'own', admin: 'own' } as const;
const params = closed({ game_id: GameId });

export const listWishlist = {
  id: 'listWishlist',
  method: 'GET',
  path: '/wishlist',
  tag,
  summary: 'The games that the user wishes for, in the order of the user',
  access: own,
  query: closed(pagination),
  status: 200,
  response: WishlistPage,
  errors: [],
  action: 'wishlist.list',
} as const satisfies Endpoint;

export const addWish = {
  id: 'addWish',
  method: 'POST',
  path: '/wishlist',
  tag,
  summary: 'Wish for a game',
  description:
    'It goes to the end of the list. When it is bought it leaves by itself. A discount is told once a sale ' +
    '(`library.wishlist.item.discounted`), of one game at most once in seven days, and never because a currency came or went.',
  access: own,
  body: WishBody,
  status: 201,
  response: WishlistItem,
  errors: ['NOT_FOUND', 'GAME_ALREADY_OWNED', 'ALREADY_IN_WISHLIST', 'QUOTA_EXCEEDED'],
  action: 'wishlist.add',
  versioned: true,
} as const satisfies Endpoint;

export const reorderWishlist = {
  id: 'reorderWishlist',
  method: 'PUT',
  path: '/wishlist/order',
  tag,
  summary: 'Change the order of the wishlist',
  description:
    'The games must be exactly those of the list; otherwise `missing` and `unknown` tell what differs. `If-Match` takes ' +
    "the list's `version`.",
  access: own,
  body: OrderBody,
  status: 200,
  response: OrderReply,
  errors: ['CONFLICT', 'PRECONDITION_FAILED'],
  action: 'wishlist.reorder',
  versioned: true,
} as const satisfies Endpoint;

export const getWish = {
  id: 'getWish',
  method: 'GET',
  path: '/wishlist/{game_id}',
  tag,
  summary: 'One game of the wishlist',
  access: own,
  params,
  status: 200,
  response: WishlistItem,
  errors: ['NOT_FOUND'],
  action: 'wishlist.get',
} as const satisfies Endpoint;

export const patchWish = {
  id: 'patchWish',
  method: 'PATCH',
  path: '/wishlist/{game_id}',
  tag,
  summary: 'Change a wish',
  description: "Members left out stay as they are, those of `notify` too. `If-Match` takes the wish's `version`.",
  access: own,
  params,
  body: WishPatch,
  status: 200,
  response: WishlistItem,
  errors: ['NOT_FOUND', 'PRECONDITION_FAILED'],
  action: 'wishlist.patch',
  versioned: true,
} as const satisfies Endpoint;

export const removeWish = {
  id: 'removeWish',
  method: 'DELETE',
  path: '/wishlist/{game_id}',
  tag,
  summary: 'Take a wish back',
  access: own,
  params,
  status: 204,
  errors: ['NOT_FOUND', 'PRECONDITION_FAILED'],
  action: 'wishlist.remove',
  versioned: true,
} as const satisfies Endpoint;

export const priceHistory = {
  id: 'listWishPriceHistory',
  method: 'GET',
  path: '/wishlist/{game_id}/price-history',
  tag,
  summary: 'What a wished game has cost, latest first',
  access: own,
  params,
  query: PriceHistoryQuery,
  status: 200,
  response: PriceHistoryPage,
  errors: ['NOT_FOUND'],
  action: 'wishlist.priceHistory',
} as const satisfies Endpoint;

export const listUserWishlist = {
  id: 'listUserWishlist',
  method: 'GET',
  path: '/admin/users/{user_id}/wishlist',
  tag: 'Support and services',
  summary: 'The games that a user wishes for',
  access: { support: 'any', admin: 'any', service: 'any' },
  params: closed({ user_id: UserId }),
  query: closed(pagination),
  status: 200,
  response: WishlistPage,
  errors: [],
  action: 'wishlist.list',
} as const satisfies Endpoint;

export const WISHLIST_ENDPOINTS: readonly Endpoint[] = [
  ...([listWishlist, addWish, reorderWishlist, getWish, patchWish, removeWish, priceHistory] as const),
  listUserWishlist,
];
