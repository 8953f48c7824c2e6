import type { Kysely } from 'kysely';
import { ALL, scopeOf } from './scope.ts';
import { mustMatch } from './precondition.ts';
import { lockedScopes, mustHaveGame, store } from './store-settings.ts';
import type { PreparedReply } from '../contract/endpoint.ts';
import { MAX_SETTINGS_BYTES, type GameSettings } from '../contract/settings.ts';
import type { Schema } from '../db/schema.ts';
import { LibraryError } from '../errors.ts';
import type { IfMatch } from '../precondition.ts';

export interface SettingsContext {
  readonly db: Kysely<Schema>;
  readonly userId: string;
  readonly gameId: string;
  /** Null: the settings that all devices share. */
  readonly deviceId: string | null;
  /** Ms since the Unix epoch. */
  readonly now: number;
}

/** Settings as they are stored: the JSON text as it was sent. */
export interface StoredSettings {
  readonly scope: string;
  readonly version: number;
  readonly text: string;
  readonly savedAt: Date;
}

/**
 * The settings of the device, or those that all devices share where it has none of its own: what a launcher is to apply.
 *
 * @throws LibraryError GAME_NOT_IN_LIBRARY, NOT_FOUND
 */
export async function readSettings(context: SettingsContext): Promise<PreparedReply> {
  const { db, userId, gameId, deviceId } = context;
  await mustHaveGame(db, userId, gameId);
  const rows = await db
    .selectFrom('game_settings')
    .select(['scope', 'version', 'settings', 'updated_at'])
    .where('user_id', '=', userId)
    .where('game_id', '=', gameId)
    .where('scope', 'in', [scopeOf(deviceId), ALL])
    .where('settings', 'is not', null)
    .execute();
  const row = rows.find(({ scope }) => scope === scopeOf(deviceId)) ?? rows[0];
  if (row === undefined) throw noSettings();
  const { scope, version, updated_at: savedAt } = row;
  return settingsReply(gameId, { scope, version, text: row.settings ?? '', savedAt });
}

/**
 * Saves settings, under the rules of {@link mustMatch}. The same text again changes nothing.
 *
 * @param text JSON, an object
 * @throws LibraryError PAYLOAD_TOO_LARGE, GAME_NOT_IN_LIBRARY, PRECONDITION_FAILED, PRECONDITION_REQUIRED, QUOTA_EXCEEDED
 */
export async function putSettings(context: SettingsContext, text: string, ifMatch: IfMatch): Promise<PreparedReply> {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_SETTINGS_BYTES) {
    throw new LibraryError('PAYLOAD_TOO_LARGE', `settings: ${bytes} bytes, more than ${MAX_SETTINGS_BYTES}`);
  }
  const { db, gameId, deviceId } = context;
  return db.transaction().execute(async (transaction) => {
    const scopes = await lockedScopes(transaction, context, text);
    mustMatch(scopes, deviceId, ifMatch, 'overwriting needs it');
    const own = scopes.get(scopeOf(deviceId));
    const stored =
      own?.same === true
        ? { scope: scopeOf(deviceId), version: own.version, savedAt: own.savedAt }
        : await store(transaction, context, scopes, text);
    return settingsReply(gameId, { ...stored, text });
  });
}

/**
 * Deletes the settings of the device, or those that all share. They can be rolled back to.
 *
 * @throws LibraryError GAME_NOT_IN_LIBRARY, NOT_FOUND, PRECONDITION_FAILED
 */
export async function deleteSettings(context: SettingsContext, ifMatch: IfMatch): Promise<void> {
  const { db, deviceId } = context;
  await db.transaction().execute(async (transaction) => {
    const scopes = await lockedScopes(transaction, context, null);
    if (scopes.get(scopeOf(deviceId))?.live !== true) throw noSettings();
    mustMatch(scopes, deviceId, ifMatch, 'optional');
    await store(transaction, context, scopes, null);
  });
}

/** The settings as the API shows them, their text untouched. */
export function settingsReply(gameId: string, { scope, version, text, savedAt }: StoredSettings): PreparedReply {
  const members: Omit<GameSettings, 'settings'> = {
    game_id: gameId,
    ...shownScope(scope),
    version,
    size_bytes: Buffer.byteLength(text),
    updated_at: savedAt.toISOString(),
  };
  return { json: `${JSON.stringify(members).slice(0, -1)},"settings":${text}}`, etag: String(version) };
}

export function shownScope(scope: string): Pick<GameSettings, 'scope' | 'device_id'> {
  return scope === ALL ? { scope: 'all', device_id: null } : { scope: 'device', device_id: scope };
}

export function noSettings(): LibraryError {
  return new LibraryError('NOT_FOUND', 'There are no such settings of this game');
}
