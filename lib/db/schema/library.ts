import type { Generated } from 'kysely';
import type { Json } from './json.ts';

export interface LibraryTables {
  user_libraries: UserLibraries;
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
