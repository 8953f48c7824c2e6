import { sql } from 'kysely';
import { noSettings, settingsReply, shownScope, type SettingsContext } from './game-settings.ts';
import { mustMatch } from './precondition.ts';
import { scopeOf } from './scope.ts';
import { lockedScopes, mustHaveGame, store } from './store-settings.ts';
import type { PreparedReply } from '../contract/endpoint.ts';
import type { SettingsHistoryQuery, SettingsVersionPage } from '../contract/settings.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { IfMatch } from '../precondition.ts';

/**
 * A page of the kept versions of the device's settings, or of those that all share; latest first.
 *
 * @throws LibraryError GAME_NOT_IN_LIBRARY, VALIDATION_ERROR for a cursor of another list
 */
export async function settingsHistory(
  context: SettingsContext,
  query: SettingsHistoryQuery,
): Promise<SettingsVersionPage> {
  const { db, userId, gameId, deviceId } = context;
  await mustHaveGame(db, userId, gameId);
  let select = db
    .selectFrom('game_settings_history as h')
    .innerJoin('game_settings as s', (join) =>
      join.onRef('s.user_id', '=', 'h.user_id').onRef('s.game_id', '=', 'h.game_id').onRef('s.scope', '=', 'h.scope'),
    )
    .select(['h.scope', 'h.version', 'h.restored_version', 'h.saved_at', 's.version as current_version'])
    .select([
      sql<boolean>`h.settings IS NULL`.as('deleted'),
      sql<number>`coalesce(octet_length(h.settings), 0)`.as('size_bytes'),
    ])
    .where('h.user_id', '=', userId)
    .where('h.game_id', '=', gameId)
    .where('h.scope', '=', scopeOf(deviceId))
    .orderBy('h.version', 'desc')
    .limit(query.limit + 1);
  if (query.cursor !== undefined) select = select.where('h.version', '<', decodeCursor(query.cursor, isVersion)[0]);
  const rows = await select.execute();
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  return {
    items: shown.map((row) => ({
      game_id: gameId,
      ...shownScope(row.scope),
      version: row.version,
      current: row.version === row.current_version,
      deleted: row.deleted,
      restored_version: row.restored_version,
      size_bytes: row.size_bytes,
      saved_at: row.saved_at.toISOString(),
    })),
    next_cursor: rows.length > shown.length && last !== undefined ? encodeCursor([last.version]) : null,
  };
}

/**
 * The settings as they were in one of the kept versions, whichever device's.
 *
 * @throws LibraryError GAME_NOT_IN_LIBRARY, NOT_FOUND
 */
export async function settingsVersion(context: SettingsContext, version: number): Promise<PreparedReply> {
  const { db, userId, gameId } = context;
  await mustHaveGame(db, userId, gameId);
  const row = await db
    .selectFrom('game_settings_history')
    .select(['scope', 'settings', 'saved_at'])
    .where('user_id', '=', userId)
    .where('game_id', '=', gameId)
    .where('version', '=', version)
    .executeTakeFirst();
  if (row === undefined || row.settings === null) throw noSettings();
  return settingsReply(gameId, { scope: row.scope, version, text: row.settings, savedAt: row.saved_at });
}

/**
 * Brings a kept version back, as a new one. When it is what is there already, nothing changes.
 *
 * @throws LibraryError GAME_NOT_IN_LIBRARY, NOT_FOUND when the version is not kept, or was a deletion,
 *   PRECONDITION_FAILED, QUOTA_EXCEEDED
 */
export async function rollbackSettings(
  context: SettingsContext,
  version: number,
  ifMatch: IfMatch,
): Promise<PreparedReply> {
  const { db, userId, gameId, deviceId } = context;
  return db.transaction().execute(async (transaction) => {
    const earlier = await transaction
      .selectFrom('game_settings_history')
      .select('settings')
      .where('user_id', '=', userId)
      .where('game_id', '=', gameId)
      .where('scope', '=', scopeOf(deviceId))
      .where('version', '=', version)
      .executeTakeFirst();
    const text = earlier?.settings ?? null;
    const scopes = await lockedScopes(transaction, context, text);
    if (text === null) throw noSettings();
    mustMatch(scopes, deviceId, ifMatch, 'optional');
    const own = scopes.get(scopeOf(deviceId));
    const stored =
      own?.same === true
        ? { scope: scopeOf(deviceId), version: own.version, savedAt: own.savedAt }
        : await store(transaction, context, scopes, text, version);
    return settingsReply(gameId, { ...stored, text });
  });
}

function isVersion(parts: unknown): parts is readonly [number] {
  return Array.isArray(parts) && parts.length === 1 && Number.isSafeInteger(parts[0]);
}
