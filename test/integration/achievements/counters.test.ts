import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import { countOwner } from '../../../lib/achievements/counters.ts';
import { forgetAchievements } from '../../../lib/achievements/forget-achievements.ts';
import { readRarities } from '../../../lib/achievements/rarity.ts';
import { slotOf, STAT_SLOTS } from '../../../lib/achievements/slots.ts';
import { unlockAsService } from '../../../lib/achievements/unlock.ts';
import type { Database } from '../../../lib/db/database.ts';
import { grantGame, revokeGame } from '../../../lib/library/access.ts';
import { putGame } from '../../../lib/library/catalog.ts';
import { achievement, GAME_SERVER, newAchiever } from '../../achiever.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';
import { id } from '../../playtime-rows.ts';

const GAMES = [0x501, 0x502, 0x503].map((n) => id(n, 'game'));
/** The last two share a slot. */
const USERS = [0x8101, 0x8102, 0x8103, 0x8104, 0x8124].map((n) => id(n, 'user'));
const ACHIEVEMENTS = ['a', 'b', 'c'];

type Act =
  | { readonly kind: 'grant' | 'revoke'; readonly user: number; readonly game: number }
  | { readonly kind: 'unlock'; readonly user: number; readonly game: number; readonly achievement: number }
  | { readonly kind: 'erase'; readonly user: number };

const user = fc.integer({ min: 0, max: USERS.length - 1 });
const game = fc.integer({ min: 0, max: GAMES.length - 1 });
const acts: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('grant' as const), user, game }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('revoke' as const), user, game }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('unlock' as const),
      user,
      game,
      achievement: fc.integer({ min: 0, max: ACHIEVEMENTS.length - 1 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('erase' as const), user }) },
);

/** As the library does it: the change of access and of the counters in one transaction. */
async function changeAccess({ db }: Database, userId: string, gameId: string, owns: boolean): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const at = new Date(TEST_NOW);
    const { rows } = owns
      ? await sql`
          INSERT INTO user_libraries AS l (user_id, game_id, source, acquired_at, updated_at)
          VALUES (${userId}, ${gameId}, 'gift', ${at}, ${at})
          ON CONFLICT (user_id, game_id) DO UPDATE SET revoked_at = NULL WHERE l.revoked_at IS NOT NULL
          RETURNING game_id`.execute(transaction)
      : await sql`
          UPDATE user_libraries SET revoked_at = ${at}
          WHERE user_id = ${userId} AND game_id = ${gameId} AND revoked_at IS NULL RETURNING game_id`.execute(
          transaction,
        );
    if (rows.length > 0) await countOwner(transaction, { userId, gameId, change: owns ? 1 : -1 });
  });
}

async function erase({ db }: Database, userId: string): Promise<void> {
  await db.transaction().execute((transaction) => forgetAchievements(transaction, userId));
}

async function perform(database: Database, act: Act): Promise<void> {
  const userId = USERS[act.user]!;
  if (act.kind === 'erase') return erase(database, userId);
  const gameId = GAMES[act.game]!;
  if (act.kind !== 'unlock') return changeAccess(database, userId, gameId, act.kind === 'grant');
  const context = { db: database.db, caller: GAME_SERVER, userId, now: TEST_NOW };
  const body = { game_id: gameId, achievement_id: ACHIEVEMENTS[act.achievement]! };
  await unlockAsService(context, body).catch((error: { type?: string }) => {
    if (!['GAME_NOT_IN_LIBRARY', 'ACHIEVEMENT_ALREADY_UNLOCKED'].includes(error.type ?? '')) throw error as Error;
  });
}

/** What the counters must say, counted from the rows they count; zeros left out. */
async function recount({ db }: Database): Promise<Record<string, number>> {
  const { rows } = await sql<{ what: string; count: number }>`
    SELECT game_id::text AS what, count(*) FROM user_libraries
    WHERE revoked_at IS NULL AND game_id = ANY(${GAMES}::uuid[]) GROUP BY 1
    UNION ALL
    SELECT a.game_id || ' ' || achievement_id, count(*)
    FROM user_achievements a JOIN user_libraries l USING (user_id, game_id)
    WHERE revoked_at IS NULL AND game_id = ANY(${GAMES}::uuid[]) GROUP BY 1`.execute(db);
  return Object.fromEntries(rows.map(({ what, count }) => [what, count]));
}

async function counted({ db }: Database): Promise<Record<string, number>> {
  const rarities = await readRarities(db, GAMES);
  const all = [...rarities].flatMap(([gameId, { owners, unlocked }]) => [
    [gameId, owners] as const,
    ...[...unlocked].map(([achievementId, count]) => [`${gameId} ${achievementId}`, count] as const),
  ]);
  return Object.fromEntries(all.filter(([, count]) => count !== 0));
}

onEachDatabase('the counters of owners and unlocks', (database) => {
  const prepare = async () => {
    const achievements = ACHIEVEMENTS.map((name) => achievement(name));
    for (const gameId of GAMES) await putGame(database().db, gameId, { title: 'Counted', achievements }, TEST_NOW);
  };

  it('equal a recount after any mix of grants, unlocks, revocations and erasures', async () => {
    await prepare();
    await fc.assert(
      fc.asyncProperty(fc.array(acts, { minLength: 5, maxLength: 40 }), async (history) => {
        for (const act of history) await perform(database(), act);
        expect(await counted(database())).toEqual(await recount(database()));
      }),
      { numRuns: 15 },
    );
  }, 60_000);

  it('equal a recount when all of it happens at once, and nobody waits in a circle', async () => {
    await prepare();
    for (const history of fc.sample(fc.array(acts, { minLength: 60, maxLength: 60 }), { numRuns: 5, seed: 7 })) {
      await Promise.all(history.map((act) => perform(database(), act)));
      expect(await counted(database())).toEqual(await recount(database()));
    }
  }, 60_000);

  it('are moved by the grants and revocations of the library', async () => {
    const achiever = await newAchiever(database(), [achievement('a')]);
    const { gameId, player } = achiever;
    const sums = async () => (await readRarities(database().db, [gameId])).get(gameId);
    const change = { ...player.context, caller: GAME_SERVER };
    await achiever.served.unlock('a');
    expect(await sums()).toEqual({ owners: 1, unlocked: new Map([['a', 1]]) });
    await revokeGame(change, player.context.actorOf, gameId);
    expect(await sums()).toEqual({ owners: 0, unlocked: new Map([['a', 0]]) });
    await grantGame(change, { game_id: gameId, source: 'gift' });
    await grantGame(change, { game_id: gameId, source: 'gift' });
    expect(await sums()).toEqual({ owners: 1, unlocked: new Map([['a', 1]]) });
  });

  it('leave nothing of an erased user behind, and no name of one who worked for the platform', async () => {
    await prepare();
    const userId = USERS[0]!;
    await perform(database(), { kind: 'grant', user: 0, game: 0 });
    await perform(database(), { kind: 'unlock', user: 0, game: 0, achievement: 0 });
    await perform(database(), { kind: 'unlock', user: 0, game: 0, achievement: 0 });
    await erase(database(), userId);
    for (const table of ['user_achievements', 'user_achievement_progress', 'achievement_audit_log'] as const) {
      expect(await database().db.selectFrom(table).selectAll().where('user_id', '=', userId).execute()).toEqual([]);
    }
    expect(await counted(database())).toEqual(await recount(database()));

    await perform(database(), { kind: 'grant', user: 1, game: 0 });
    await perform(database(), { kind: 'unlock', user: 1, game: 0, achievement: 0 });
    await erase(database(), GAME_SERVER.userId);
    const actors = await database().db.selectFrom('achievement_audit_log').select('actor_id').distinct().execute();
    expect(actors).toEqual([{ actor_id: '00000000-0000-0000-0000-000000000000' }]);
  });

  it('use the slot that the migration counted a user in', async () => {
    for (const userId of [...USERS, 'ffffffff-ffff-4fff-bfff-ffffffffffff']) {
      const { rows } = await sql<{ slot: number }>`
        SELECT get_byte(uuid_send(${userId}::uuid), 15) % ${STAT_SLOTS} AS slot`.execute(database().db);
      expect(rows).toEqual([{ slot: slotOf(userId) }]);
    }
  });
});
