import type { Generated } from 'kysely';

export interface UpstreamTables {
  account_profiles: AccountProfiles;
  wanted_games: WantedGames;
}

interface AccountProfiles {
  user_id: string;
  display_name: string | null;
  /** When Account last said so. */
  fetched_at: Date;
}

interface WantedGames {
  game_id: string;
  /** How often Catalog was asked. */
  attempts: Generated<number>;
  next_try_at: Date;
}
