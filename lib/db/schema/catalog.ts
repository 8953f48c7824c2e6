import type { Generated, GeneratedAlways } from 'kysely';
import type { Json } from './json.ts';

export interface CatalogTables {
  catalog_games: CatalogGames;
  catalog_prices: CatalogPrices;
}

/** An achievement as the catalogue defines it; stored as given: `lib/achievements/definition.ts` fills in the rest. */
export interface AchievementDefinition {
  readonly achievement_id: string;
  readonly title: string;
  readonly description: string;
  readonly hidden: boolean;
  readonly target: number;
  readonly authority?: 'client' | 'server';
  readonly progress?: 'max' | 'increment';
  readonly max_change_per_minute?: number | null;
}

interface CatalogGames {
  game_id: string;
  title: string;
  developer: string | null;
  publisher: string | null;
  description: string | null;
  cover_url: string | null;
  genres: string[];
  released_on: string | null;
  achievements: Json<readonly AchievementDefinition[]>;
  /** How many definitions there are. */
  achievement_count: GeneratedAlways<number>;
  /** Rises with every change of the entry. */
  version: Generated<number>;
  updated_at: Date;
}

interface CatalogPrices {
  game_id: string;
  /** ISO 4217. */
  currency: string;
  amount_minor: number;
  /** The price before a sale, as the catalogue told it. */
  regular_minor: number | null;
  sale_ends_at: Date | null;
  /** The price before the sale, as told or as seen; null when the game is not on sale. */
  sale_from_minor: number | null;
  /** When the sale began; without one, when the price last fell; null when it did not, or rose since. */
  offer_since: Date | null;
  /** The lowest price ever seen in the currency, and when first. */
  lowest_minor: number;
  lowest_at: Date;
}
