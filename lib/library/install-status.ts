import type { Kysely } from 'kysely';
import { removeInstallation, setInstalled } from './installations.ts';
import type { InstallStatusBody, InstallStatusReply } from '../contract/service-twins.ts';
import type { Schema } from '../db/schema.ts';
import { emit } from '../events/emit.ts';

export interface InstallationOf {
  readonly db: Kysely<Schema>;
  readonly userId: string;
  readonly gameId: string;
  readonly deviceId: string;
  /** Ms since the Unix epoch. */
  readonly now: number;
}

/**
 * Says whether a game is installed on a device, as the downloader's events do.
 *
 * @throws LibraryError USER_ERASED
 */
export async function setInstallStatus(
  { db, userId, gameId, deviceId, now }: InstallationOf,
  { status, version = null }: InstallStatusBody,
): Promise<InstallStatusReply> {
  return db.transaction().execute(async (transaction) => {
    const events =
      status === 'not_installed'
        ? await removeInstallation(transaction, { userId, gameId, deviceId })
        : await setInstalled(transaction, { userId, gameId, deviceId, status, version, now });
    await emit(transaction, now, events);
    return { changed: events.length > 0 };
  });
}
