import type { ColumnType, Generated } from 'kysely';
import type { Json } from './json.ts';
import type { LibraryFilter } from '../../contract/library.ts';

export interface LibraryTables {
  user_libraries: UserLibraries;
  user_game_categories: UserGameCategories;
  user_game_category_members: UserGameCategoryMembers;
  game_installations: GameInstallations;
  library_audit_log: LibraryAuditLog;
}

export type Source = 'purchase' | 'gift' | 'family' | 'subscription';

interface UserLibraries {
  user_id: string;
  game_id: string;
  source: Source;
  acquired_at: Date;
  hidden: Generated<boolean>;
  favorite: Generated<boolean>;
  notes: string | null;
  /** When access was taken away; the row stays, with its marks, for the day it is given back. */
  revoked_at: Date | null;
  updated_at: Date;
  /** Rises with every change of the row, and of the manual categories that the game is in. */
  version: Generated<number>;
}

interface UserGameCategories {
  user_id: string;
  category_id: string;
  name: string;
  /** The name as it is compared. */
  name_key: string;
  /** Null: manual, its games are in `user_game_category_members`. */
  filter: ColumnType<LibraryFilter | null, string | null, string | null>;
  version: Generated<number>;
  created_at: Date;
  updated_at: Date;
}

interface UserGameCategoryMembers {
  user_id: string;
  category_id: string;
  game_id: string;
}

interface GameInstallations {
  user_id: string;
  game_id: string;
  device_id: string;
  status: 'installed' | 'updating';
  version: string | null;
  updated_at: Date;
}

interface LibraryAuditLog {
  user_id: string;
  entry_id: string;
  occurred_at: Date;
  action: string;
  /** Who did it: the `sub` of the token. */
  actor_id: string;
  actor_roles: string[];
  game_id: string | null;
  details: Json<Record<string, unknown>>;
}
