import type { OtherDevices } from '../contract/savegames.ts';
import type { UserActor } from '../playtime/user-actor.ts';
import { keyToUuid } from '../uuid.ts';
import type { SavesContext } from './account.ts';

/** How long the user's actor may take to answer, ms: a warning is no reason to let anybody wait. */
export const SESSIONS_WITHIN_MS = 500;
/** More than anybody has; who makes devices up gets no longer an answer for it. */
export const MAX_SHOWN_UPLOADS = 50;

export interface DevicesContext extends Pick<SavesContext, 'db' | 'userId' | 'now'> {
  /** Asked with a deadline of {@link SESSIONS_WITHIN_MS}. */
  readonly actor: Pick<UserActor, 'held'>;
}

/**
 * What devices other than this one are doing with the game.
 *
 * @param exceptDeviceId null: all devices
 */
export async function otherDevices(
  context: DevicesContext,
  gameId: string,
  exceptDeviceId: string | null,
): Promise<OtherDevices> {
  const game = gameId.toLowerCase();
  const except = exceptDeviceId?.toLowerCase() ?? null;
  const [uploads, live_sessions] = await Promise.all([
    unfinishedUploads(context, game, except),
    liveSessions(context.actor, game, except),
  ]);
  return { uploads, live_sessions };
}

async function unfinishedUploads(
  { db, userId, now }: DevicesContext,
  game: string,
  except: string | null,
): Promise<OtherDevices['uploads']> {
  let select = db
    .selectFrom('savegame_uploads')
    .select(['device_id', 'slot', 'size_bytes', 'created_at', 'expires_at'])
    .where('user_id', '=', userId)
    .where('game_id', '=', game)
    .where('expires_at', '>', new Date(now))
    .orderBy('created_at', 'desc')
    .limit(MAX_SHOWN_UPLOADS);
  if (except !== null) select = select.where('device_id', '<>', except);
  const rows = await select.execute();
  return rows.map(({ device_id, slot, size_bytes, created_at, expires_at }) => ({
    device_id,
    slot,
    size_bytes,
    begun_at: created_at.toISOString(),
    expires_at: expires_at.toISOString(),
  }));
}

/**
 * Where else the game is being played. Null when the actor does not answer in time: saves are moved also while the
 * engine is away.
 */
export async function liveSessions(
  actor: DevicesContext['actor'],
  game: string,
  except: string | null,
): Promise<OtherDevices['live_sessions']> {
  try {
    return (await actor.held())
      .filter(({ gameId, ended }) => ended === null && keyToUuid(gameId) === game)
      .map(({ deviceId, startedAt }) => ({
        device_id: keyToUuid(deviceId),
        started_at: new Date(startedAt).toISOString(),
      }))
      .filter(({ device_id }) => device_id !== except);
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    return null;
  }
}

function isUnavailable(error: unknown): boolean {
  const { name, type } = (error ?? {}) as { readonly name?: unknown; readonly type?: unknown };
  return name === 'EngineUnavailable' || type === 'UNAVAILABLE';
}
