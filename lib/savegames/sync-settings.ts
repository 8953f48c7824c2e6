import type { Kysely } from 'kysely';
import { lockAccount, type ReadContext, type SaveRules, type SavesContext } from './account.ts';
import { MAX_SYNCED_GAMES, type SyncSettings, type SyncSettingsBody } from '../contract/savegames.ts';
import type { Schema } from '../db/schema.ts';
import { LibraryError } from '../errors.ts';
import { raiseRevisions } from '../events/emit.ts';
import { mustBeBasedOn, type IfMatch } from '../precondition.ts';

/** Where settings stand that hold for every game without settings of its own. No game's id is all zeros. */
export const ALL_GAMES = '00000000-0000-0000-0000-000000000000';

interface Settled extends Pick<ReadContext, 'db' | 'userId'> {
  readonly rules: Pick<SaveRules, 'keepVersions'>;
}

/** What holds for the saves of one game. */
export interface EffectiveSyncSettings {
  readonly enabled: boolean;
  readonly keepVersions: number;
  /** For launchers: the service never chooses. */
  readonly onConflict: SyncSettings['on_conflict'];
}

/** Those of the game itself, else those for all games, else the configuration's. */
export async function effectiveSyncSettings(
  db: Kysely<Schema>,
  userId: string,
  gameId: string,
  rules: Pick<SaveRules, 'keepVersions'>,
): Promise<EffectiveSyncSettings> {
  const { enabled, keep_versions, on_conflict } = await readSyncSettings({ db, userId, rules }, gameId);
  return { enabled, keepVersions: keep_versions, onConflict: on_conflict };
}

/** @param gameId null: those for all games */
export async function readSyncSettings({ db, userId, rules }: Settled, gameId: string | null): Promise<SyncSettings> {
  const game = gameOf(gameId);
  const rows = await db
    .selectFrom('savegame_sync_settings')
    .select(['game_id', 'enabled', 'keep_versions', 'on_conflict', 'version'])
    .where('user_id', '=', userId)
    .where('game_id', 'in', [game, ALL_GAMES])
    .execute();
  const row = rows.find(({ game_id }) => game_id === game) ?? rows[0];
  return {
    game_id: game === ALL_GAMES ? null : game,
    enabled: row?.enabled ?? true,
    keep_versions: row?.keep_versions ?? rules.keepVersions,
    on_conflict: row?.on_conflict ?? 'ask',
    inherited: game !== ALL_GAMES && row?.game_id !== game,
    version: row?.version ?? 0,
  };
}

/**
 * Sets them for all games, or for one. The same again changes nothing. What is stored already stays as it is: fewer
 * versions are kept from the slot's next save on.
 *
 * Versions rise over all settings of the user, so that one number tells a game's own from those it inherited.
 *
 * @param gameId null: for all games
 * @param ifMatch the version of what {@link readSyncSettings} shows
 * @throws LibraryError PRECONDITION_FAILED, QUOTA_EXCEEDED for one game too many, USER_ERASED
 */
export async function putSyncSettings(
  context: Settled & Pick<SavesContext, 'now'>,
  gameId: string | null,
  body: SyncSettingsBody,
  ifMatch: IfMatch,
): Promise<SyncSettings> {
  const { db, userId, now, rules } = context;
  const game = gameOf(gameId);
  return db.transaction().execute(async (transaction) => {
    await lockAccount(transaction, userId);
    const shown = await readSyncSettings({ db: transaction, userId, rules }, gameId);
    mustBeBasedOn(shown.version, ifMatch);
    const own = shown.version > 0 && !shown.inherited;
    if (own && sameSettings(shown, body)) return shown;
    const { settings, highest } = await transaction
      .selectFrom('savegame_sync_settings')
      .select(({ fn }) => [fn.countAll<number>().as('settings'), fn.max('version').as('highest')])
      .where('user_id', '=', userId)
      .executeTakeFirstOrThrow();
    if (!own && game !== ALL_GAMES && settings >= MAX_SYNCED_GAMES) {
      throw new LibraryError('QUOTA_EXCEEDED', `${MAX_SYNCED_GAMES} games have settings of their own already`, {
        limit: MAX_SYNCED_GAMES,
      });
    }
    const { enabled, keep_versions, on_conflict } = body;
    const values = { enabled, keep_versions, on_conflict, version: (highest ?? 0) + 1, updated_at: new Date(now) };
    await transaction
      .insertInto('savegame_sync_settings')
      .values({ user_id: userId, game_id: game, ...values })
      .onConflict((conflict) => conflict.columns(['user_id', 'game_id']).doUpdateSet(values))
      .execute();
    await raiseRevisions(transaction, [userId]);
    return { game_id: shown.game_id, enabled, keep_versions, on_conflict, inherited: false, version: values.version };
  });
}

function gameOf(gameId: string | null): string {
  return gameId === null ? ALL_GAMES : gameId.toLowerCase();
}

function sameSettings(a: SyncSettingsBody, b: SyncSettingsBody): boolean {
  return a.enabled === b.enabled && a.keep_versions === b.keep_versions && a.on_conflict === b.on_conflict;
}
