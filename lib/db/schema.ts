import type { AchievementTables } from './schema/achievements.ts';
import type { AnticheatTables } from './schema/anticheat.ts';
import type { CatalogTables } from './schema/catalog.ts';
import type { EventBusTables } from './schema/event-bus.ts';
import type { EventTables } from './schema/events.ts';
import type { FamilyTables } from './schema/family.ts';
import type { IdempotencyTables } from './schema/idempotency.ts';
import type { LibraryTables } from './schema/library.ts';
import type { PlaytimeTables } from './schema/playtime.ts';
import type { SavegameTables } from './schema/savegames.ts';
import type { SettingsTables } from './schema/settings.ts';
import type { UpstreamTables } from './schema/upstream.ts';
import type { WishlistTables } from './schema/wishlist.ts';

/**
 * The tables as Kysely sees them, by domain. UUIDs are text, TIMESTAMPTZ is Date, DATE is `YYYY-MM-DD`, BIGINT is
 * number, durations are milliseconds. The reasons behind tables and indexes stand in the migrations that make them.
 */
export interface Schema
  extends
    CatalogTables,
    LibraryTables,
    PlaytimeTables,
    AchievementTables,
    AnticheatTables,
    WishlistTables,
    SettingsTables,
    SavegameTables,
    FamilyTables,
    EventTables,
    EventBusTables,
    IdempotencyTables,
    UpstreamTables {}
