import type { Generated, GeneratedAlways } from 'kysely';

export interface WishlistTables {
  wishlists: Wishlists;
  wishlist_versions: WishlistVersions;
  wishlist_notices: WishlistNotices;
  wishlist_price_history: WishlistPriceHistory;
  wishlist_discount_work: WishlistDiscountWork;
}

interface Wishlists {
  user_id: string;
  game_id: string;
  /** Its place in the user's order; unique but not without gaps. */
  position: number;
  /** 1 to 5. */
  priority: number;
  note: string | null;
  on_sale: boolean;
  min_discount_percent: number | null;
  target_currency: string | null;
  target_minor: number | null;
  /** The currency in which the price is watched; null: any. */
  currency: string | null;
  /** Rises with every change of the wish. */
  version: Generated<number>;
  added_at: Date;
  updated_at: Date;
}

interface WishlistVersions {
  user_id: string;
  /** Rises when games come, go or change places. */
  version: Generated<number>;
}

interface WishlistNotices {
  user_id: string;
  game_id: string;
  /** When the user was last told of a discount of the game. */
  noticed_at: Date;
}

interface WishlistPriceHistory {
  game_id: string;
  currency: string;
  change_number: GeneratedAlways<number>;
  changed_at: Date;
  amount_minor: number;
  /** The price before the sale; null when the game was not on sale. */
  regular_minor: number | null;
}

interface WishlistDiscountWork {
  game_id: string;
  /** In which the price changed. */
  currencies: string[];
  /** The last wisher looked at; null: none yet. */
  told_up_to: string | null;
  queued_at: Date;
}
