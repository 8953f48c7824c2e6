/**
 * Every table that holds rows of users. The export and the erasure go through this list, so a table that is missing here
 * would be missing there: a test compares it with the database.
 */
export type UserTable = ExportedTable | InternalTable;

interface ExportedTable {
  readonly table: string;
  /** The `type` of its lines in an export. */
  readonly exportAs: string;
  /** What follows `user_id` in the primary key, as far as it takes to tell the user's rows apart. */
  readonly key: readonly string[];
  /** Columns that say nothing of the user. */
  readonly omit?: readonly string[];
  /** How many rows an export reads at once, where one may be long: it holds so many in memory. */
  readonly batchRows?: number;
}

interface InternalTable {
  readonly table: string;
  readonly exportAs: null;
  /** Why a user's export does without it. */
  readonly why: string;
}

/** Each row may be 64 KiB: a megabyte at once. */
const SETTINGS_ROWS = 16;

/** In the order of the export. What is locked last by every writer stands last. */
export const USER_TABLES: readonly UserTable[] = [
  { table: 'user_libraries', exportAs: 'library_game', key: ['game_id'] },
  { table: 'user_game_category_members', exportAs: 'category_game', key: ['category_id', 'game_id'] },
  { table: 'user_game_categories', exportAs: 'category', key: ['category_id'], omit: ['name_key'] },
  { table: 'game_installations', exportAs: 'installation', key: ['game_id', 'device_id'] },
  { table: 'playtime_totals', exportAs: 'playtime_total', key: ['game_id'] },
  { table: 'playtime_stats_monthly', exportAs: 'playtime_month', key: ['month', 'game_id'] },
  { table: 'playtime_stats_daily', exportAs: 'playtime_day', key: ['day', 'game_id'] },
  {
    table: 'playtime_sessions',
    exportAs: 'play_session',
    key: ['session_id'],
    omit: ['rev', 'prev_first_day', 'prev_ms_by_day'],
  },
  { table: 'playtime_offline_sessions', exportAs: 'offline_report', key: ['device_id', 'client_session_id'] },
  { table: 'user_achievements', exportAs: 'achievement', key: ['game_id', 'achievement_id'] },
  {
    table: 'user_achievement_progress',
    exportAs: 'achievement_progress',
    key: ['game_id', 'achievement_id'],
    omit: ['recent_rises'],
  },
  { table: 'wishlists', exportAs: 'wish', key: ['game_id'] },
  { table: 'wishlist_notices', exportAs: 'wish_notice', key: ['game_id'] },
  { table: 'game_settings', exportAs: 'game_settings', key: ['game_id', 'scope'], batchRows: SETTINGS_ROWS },
  {
    table: 'game_settings_history',
    exportAs: 'game_settings_version',
    key: ['game_id', 'scope', 'version'],
    batchRows: SETTINGS_ROWS,
  },
  { table: 'savegame_metadata', exportAs: 'save_slot', key: ['game_id', 'slot'] },
  { table: 'savegame_versions', exportAs: 'save_version', key: ['game_id', 'slot', 'version'] },
  { table: 'savegame_objects', exportAs: 'save_file', key: ['object_id'] },
  { table: 'savegame_sync_settings', exportAs: 'save_sync_settings', key: ['game_id'] },
  { table: 'savegame_uploads', exportAs: 'save_upload', key: ['game_id', 'slot', 'device_id'], omit: ['parts_id'] },
  { table: 'family_sharing_links', exportAs: 'family_link', key: ['role', 'other_id'] },
  { table: 'family_exclusions', exportAs: 'family_exclusion', key: ['game_id'] },
  // Which of the staff it was is their business; what they were is the user's.
  { table: 'library_audit_log', exportAs: 'audit_entry', key: ['entry_id'], omit: ['actor_id'] },
  { table: 'achievement_audit_log', exportAs: 'achievement_audit_entry', key: ['entry_id'], omit: ['actor_id'] },
  // What was seen and what became of it; how it was seen, and who looked at it, is the platform's business.
  { table: 'play_findings', exportAs: 'play_finding', key: ['finding_id'], omit: ['evidence', 'decided_by'] },
  { table: 'play_devices', exportAs: null, why: 'drawn from the sessions, which the export lists with their devices' },
  { table: 'play_reviews', exportAs: null, why: 'when play is looked at next' },
  { table: 'savegame_accounts', exportAs: null, why: 'sums of what the export lists, and a counter of changes' },
  { table: 'wishlist_versions', exportAs: null, why: 'a counter of changes' },
  { table: 'idempotency_keys', exportAs: null, why: 'answers kept for a day in case their requests are repeated' },
  { table: 'checkpoint_records', exportAs: null, why: 'live sessions; flushed to playtime_sessions before an export' },
  { table: 'outbox_events', exportAs: null, why: 'news of changes that the export shows, on their way out' },
  { table: 'recent_news', exportAs: null, why: 'news of changes that the export shows, kept for ten minutes' },
  { table: 'erasures', exportAs: null, why: 'only of users whose data is being erased' },
  { table: 'account_profiles', exportAs: null, why: 'a copy of what Account holds, and exports' },
  { table: 'user_revisions', exportAs: null, why: 'a counter of changes' },
];
