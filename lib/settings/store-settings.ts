import { sql, type Kysely, type Transaction } from 'kysely';
import type { SettingsContext, StoredSettings } from './game-settings.ts';
import { ALL, scopeOf } from './scope.ts';
import { HISTORY_VERSIONS, MAX_DEVICE_SETTINGS } from '../contract/settings.ts';
import type { Schema } from '../db/schema.ts';
import { LibraryError } from '../errors.ts';
import { emit } from '../events/emit.ts';

/** What there is of a game's settings, by scope; without the texts, which are long. */
export type Scopes = ReadonlyMap<string, ScopeState>;

interface ScopeState {
  readonly version: number;
  /** False: deleted. */
  readonly live: boolean;
  /** Whether the text is the one compared with. */
  readonly same: boolean;
  readonly savedAt: Date;
}

/** @throws LibraryError GAME_NOT_IN_LIBRARY */
export async function mustHaveGame(db: Kysely<Schema>, userId: string, gameId: string): Promise<void> {
  if ((await ofLibrary(db, userId, gameId).executeTakeFirst()) === undefined) throw notInLibrary();
}

/**
 * Holds the game's place in the library until the transaction ends, which puts all changes of the game's settings one
 * after the other, and reads what there is.
 *
 * @param text to compare with; null: with none
 * @throws LibraryError GAME_NOT_IN_LIBRARY
 */
export async function lockedScopes(
  transaction: Transaction<Schema>,
  { userId, gameId }: SettingsContext,
  text: string | null,
): Promise<Scopes> {
  const game = await ofLibrary(transaction, userId, gameId).forNoKeyUpdate().executeTakeFirst();
  if (game === undefined) throw notInLibrary();
  const rows = await transaction
    .selectFrom('game_settings')
    .select(['scope', 'version', 'updated_at'])
    .select([
      sql<boolean>`settings IS NOT NULL`.as('live'),
      sql<boolean>`coalesce(settings = ${text}::text, false)`.as('same'),
    ])
    .where('user_id', '=', userId)
    .where('game_id', '=', gameId)
    .execute();
  return new Map(
    rows.map(({ scope, version, live, same, updated_at }) => [scope, { version, live, same, savedAt: updated_at }]),
  );
}

/**
 * Writes the next version, as the end of a transaction that has locked the game's scopes.
 *
 * @param text null: deletes
 * @param restoredVersion the version that the text comes from
 * @throws LibraryError QUOTA_EXCEEDED for one device too many
 */
export async function store(
  transaction: Transaction<Schema>,
  { userId, gameId, deviceId, now }: SettingsContext,
  scopes: Scopes,
  text: string | null,
  restoredVersion: number | null = null,
): Promise<Omit<StoredSettings, 'text'>> {
  const scope = scopeOf(deviceId);
  const savedAt = new Date(now);
  const version = Math.max(0, ...[...scopes.values()].map((state) => state.version)) + 1;
  if (!scopes.has(scope)) await makeRoom(transaction, userId, gameId, scope, scopes);
  await transaction
    .insertInto('game_settings')
    .values({ user_id: userId, game_id: gameId, scope, version, settings: text, updated_at: savedAt })
    .onConflict((conflict) =>
      conflict.columns(['user_id', 'game_id', 'scope']).doUpdateSet({ version, settings: text, updated_at: savedAt }),
    )
    .execute();
  await transaction
    .insertInto('game_settings_history')
    .values({
      user_id: userId,
      game_id: gameId,
      scope,
      version,
      settings: text,
      restored_version: restoredVersion,
      saved_at: savedAt,
    })
    .execute();
  await trimHistory(transaction, userId, gameId, scope);
  await emit(transaction, now, [
    { type: 'library.game.updated', data: { user_id: userId, game_id: gameId, changed: ['settings'] } },
  ]);
  return { scope, version, savedAt };
}

/** One more device: where there are too many, the one whose settings were deleted longest ago is forgotten. */
async function makeRoom(
  transaction: Transaction<Schema>,
  userId: string,
  gameId: string,
  scope: string,
  scopes: Scopes,
): Promise<void> {
  const devices = [...scopes].filter(([name]) => name !== ALL);
  if (scope === ALL || devices.length < MAX_DEVICE_SETTINGS) return;
  const deleted = devices.filter(([, { live }]) => !live).sort(([, a], [, b]) => a.version - b.version);
  const [oldest] = deleted;
  if (oldest === undefined) {
    throw new LibraryError('QUOTA_EXCEEDED', `${MAX_DEVICE_SETTINGS} devices have settings of their own already`, {
      limit: MAX_DEVICE_SETTINGS,
    });
  }
  for (const table of ['game_settings', 'game_settings_history'] as const) {
    await transaction
      .deleteFrom(table)
      .where('user_id', '=', userId)
      .where('game_id', '=', gameId)
      .where('scope', '=', oldest[0])
      .execute();
  }
}

async function trimHistory(
  transaction: Transaction<Schema>,
  userId: string,
  gameId: string,
  scope: string,
): Promise<void> {
  await sql`
    DELETE FROM game_settings_history
    WHERE user_id = ${userId} AND game_id = ${gameId} AND scope = ${scope} AND version <= (
      SELECT version FROM game_settings_history
      WHERE user_id = ${userId} AND game_id = ${gameId} AND scope = ${scope}
      ORDER BY version DESC OFFSET ${sql.lit(HISTORY_VERSIONS)} LIMIT 1
    )`.execute(transaction);
}

function ofLibrary(db: Kysely<Schema>, userId: string, gameId: string) {
  return db
    .selectFrom('user_libraries')
    .select('game_id')
    .where('user_id', '=', userId)
    .where('game_id', '=', gameId)
    .where('revoked_at', 'is', null);
}

function notInLibrary(): LibraryError {
  return new LibraryError('GAME_NOT_IN_LIBRARY', 'The user has no access to this game');
}
