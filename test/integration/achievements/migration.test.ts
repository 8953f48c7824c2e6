import { expect, it } from '@jest/globals';
import type { Kysely } from 'kysely';
import { readRarities } from '../../../lib/achievements/rarity.ts';
import { down, up } from '../../../migrations/0014_achievements.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';
import { id } from '../../playtime-rows.ts';

onEachDatabase('the migration of achievements', (database) => {
  it('counts those who own a game already, and not those who lost it', async () => {
    const { db } = database();
    const schemaless = db as unknown as Kysely<never>;
    const [game, other] = [id(1, 'game'), id(2, 'game')];
    const at = new Date(TEST_NOW);
    const row = (n: number, game_id: string, revoked: boolean) => ({
      user_id: id(n, 'user'),
      game_id,
      source: 'gift' as const,
      acquired_at: at,
      updated_at: at,
      revoked_at: revoked ? at : null,
    });
    await down(schemaless);
    const owners = Array.from({ length: 70 }, (_, n) => row(n, game, n >= 65));
    await db
      .insertInto('user_libraries')
      .values([...owners, row(1, other, false), row(2, other, true)])
      .execute();
    await up(schemaless);
    const rarities = await readRarities(db, [game, other]);
    expect([game, other].map((gameId) => rarities.get(gameId)?.owners)).toEqual([65, 1]);
  });
});
