import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { NewEvent } from '../events/emit.ts';

export interface Installed {
  readonly userId: string;
  readonly gameId: string;
  readonly deviceId: string;
  readonly status: 'installed' | 'updating';
  /** As the developer names it; null when it was not told. */
  readonly version: string | null;
  /** Ms since the Unix epoch. */
  readonly now: number;
}

/**
 * Writes down that a game is installed, or being updated, on a device; also of a game that the user does not have: it may
 * be told before the purchase is. Returns what the owner of the transaction emits at its end: nothing when it was known.
 */
export async function setInstalled(
  transaction: Transaction<Schema>,
  { userId, gameId, deviceId, status, version, now }: Installed,
): Promise<readonly NewEvent[]> {
  const changed = await transaction
    .insertInto('game_installations')
    .values({ user_id: userId, game_id: gameId, device_id: deviceId, status, version, updated_at: new Date(now) })
    .onConflict((conflict) =>
      conflict
        .columns(['user_id', 'game_id', 'device_id'])
        .doUpdateSet({ status, version, updated_at: new Date(now) })
        .where(
          sql<boolean>`(game_installations.status, game_installations.version) IS DISTINCT FROM (excluded.status, excluded.version)`,
        ),
    )
    .returning('game_id')
    .executeTakeFirst();
  return changed === undefined ? [] : ofInstallation(userId, gameId);
}

/** Forgets that a game was installed on a device. Returns what the owner of the transaction emits at its end. */
export async function removeInstallation(
  transaction: Transaction<Schema>,
  { userId, gameId, deviceId }: { readonly userId: string; readonly gameId: string; readonly deviceId: string },
): Promise<readonly NewEvent[]> {
  const { numDeletedRows } = await transaction
    .deleteFrom('game_installations')
    .where('user_id', '=', userId)
    .where('game_id', '=', gameId)
    .where('device_id', '=', deviceId)
    .executeTakeFirst();
  return numDeletedRows === 0n ? [] : ofInstallation(userId, gameId);
}

function ofInstallation(userId: string, gameId: string): readonly NewEvent[] {
  const data = { user_id: userId, game_id: gameId, changed: ['install_status' as const] };
  return [{ type: 'library.game.updated', data }];
}
