import type { ColumnType, Generated } from 'kysely';
import type { EndReason } from '../ports/playtime-sink.ts';

/**
 * The tables as Kysely sees them. UUIDs are text, TIMESTAMPTZ is Date, DATE is `YYYY-MM-DD`, BIGINT is number, durations
 * are milliseconds. The reasons behind tables and indexes stand in the migrations that make them.
 */
export interface Schema {
  catalog_games: CatalogGames;
  catalog_prices: CatalogPrices;
  user_libraries: UserLibraries;
  playtime_sessions: PlaytimeSessions;
  playtime_stats_daily: PlaytimeStatsDaily;
  playtime_stats_monthly: PlaytimeStatsMonthly;
  playtime_totals: PlaytimeTotals;
  playtime_offline_sessions: PlaytimeOfflineSessions;
  idempotency_keys: IdempotencyKeys;
  library_audit_log: LibraryAuditLog;
}

type Json<Value> = ColumnType<Value, string, string>;

export type Source = 'purchase' | 'gift' | 'family' | 'subscription';

/** An achievement as the catalogue defines it; stored as given. */
export interface AchievementDefinition {
  readonly achievement_id: string;
  readonly title: string;
  readonly description: string;
  readonly hidden: boolean;
  readonly target: number;
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
  /** Rises with every change of the entry. */
  version: Generated<number>;
  updated_at: Date;
}

interface CatalogPrices {
  game_id: string;
  /** ISO 4217. */
  currency: string;
  amount_minor: number;
}

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

interface PlaytimeSessions {
  user_id: string;
  session_id: string;
  started_at: Date;
  game_id: string;
  device_id: string;
  client_session_id: string | null;
  last_beat_at: Date;
  seq: number;
  ended_at: Date | null;
  end_reason: EndReason | null;
  offline: Generated<boolean>;
  rev: number;
  /** The UTC day of `ms_by_day[1]`. */
  first_day: string;
  /** Credit of each consecutive day, as earned. */
  ms_by_day: number[];
  /** The two columns above as they were before the row's last change: what its RETURNING derives deltas from. */
  prev_first_day: string | null;
  prev_ms_by_day: Generated<number[]>;
  /** Sum of `ms_by_day`. */
  ms: number;
  /** What corrections by hand added or took, in all and by day; the credit is `ms + correction_ms`. */
  correction_ms: Generated<number>;
  correction_first_day: string | null;
  correction_ms_by_day: Generated<number[]>;
}

interface PlaytimeStatsDaily {
  user_id: string;
  day: string;
  game_id: string;
  ms: number;
}

interface PlaytimeStatsMonthly {
  user_id: string;
  /** The month's first day. */
  month: string;
  game_id: string;
  ms: number;
}

interface PlaytimeTotals {
  user_id: string;
  game_id: string;
  ms: number;
  last_played_at: Date;
}

interface PlaytimeOfflineSessions {
  user_id: string;
  device_id: string;
  client_session_id: string;
  game_id: string;
  credited_ms: number;
  reported_at: Date;
}

interface IdempotencyKeys {
  user_id: string;
  key: string;
  /** Digest of what was asked. */
  fingerprint: string;
  /** Null while the first request is under way. */
  status: number | null;
  reply: string | null;
  expires_at: Date;
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
