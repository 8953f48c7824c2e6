import type { Kysely } from 'kysely';
import { ALL } from './scope.ts';
import type { Schema } from '../db/schema.ts';
import { DEMO_USER_ID } from '../library/demo-user.ts';
import { GREETING_GAME_ID } from '../library/sample-catalog.ts';

const HOUR_MS = 3_600_000;

const VERSIONS = [
  { hoursAgo: 72, settings: '{"graphics":{"quality":"medium"},"language":"en"}' },
  { hoursAgo: 3, settings: '{"graphics":{"quality":"high","fps_limit":144},"keys":{"jump":"Space"},"language":"en"}' },
] as const;

/**
 * Settings of a game for the demo user, with a version to roll back to. What is there already stays as it is.
 *
 * @param now ms since the Unix epoch
 */
export async function loadDemoSettings(db: Kysely<Schema>, now: number): Promise<void> {
  const of = { user_id: DEMO_USER_ID, game_id: GREETING_GAME_ID, scope: ALL };
  const rows = VERSIONS.map(({ hoursAgo, settings }, at) => ({
    row: { ...of, version: at + 1, settings },
    savedAt: new Date(now - hoursAgo * HOUR_MS),
  }));
  const { row, savedAt } = rows[rows.length - 1]!;
  await db.transaction().execute(async (transaction) => {
    const first = await transaction
      .insertInto('game_settings')
      .values({ ...row, updated_at: savedAt })
      .onConflict((conflict) => conflict.doNothing())
      .returning('version')
      .executeTakeFirst();
    if (first === undefined) return;
    await transaction
      .insertInto('game_settings_history')
      .values(rows.map((version) => ({ ...version.row, restored_version: null, saved_at: version.savedAt })))
      .execute();
  });
}
