import { expect, it } from '@jest/globals';
import { listAchievements } from '../../../lib/achievements/list-achievements.ts';
import { createRarities } from '../../../lib/achievements/rarity.ts';
import { loadDemoData } from '../../../lib/library/demo-data.ts';
import { DEMO_USER_ID } from '../../../lib/library/demo-user.ts';
import { SAMPLE_GAMES } from '../../../lib/library/sample-catalog.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';

onEachDatabase('the demo achievements', (database) => {
  it('are loaded and counted once, however many processes start at once', async () => {
    const { db } = database();
    await Promise.all([loadDemoData(db, TEST_NOW), loadDemoData(db, TEST_NOW)]);
    await loadDemoData(db, TEST_NOW);
    const rarities = createRarities(db, { now: () => TEST_NOW, after: () => () => undefined });
    const { items } = await listAchievements({ db, rarities, userId: DEMO_USER_ID, masks: true }, { limit: 200 });
    expect(items).toHaveLength(20 * 7);
    for (const { unlocked, rarity_percent } of items) expect(rarity_percent).toBe(unlocked ? 100 : 0);
    const kinds = ['unlocked', 'offline', 'masked'] as const;
    for (const kind of kinds) expect(items.some((item) => item[kind])).toBe(true);
    expect(items.some(({ unlocked, progress, target }) => !unlocked && (progress ?? 0) > 0 && target !== null)).toBe(
      true,
    );
    const owned = await db.selectFrom('user_libraries').selectAll().where('user_id', '=', DEMO_USER_ID).execute();
    const acquired = new Map(owned.map(({ game_id, acquired_at }) => [game_id, acquired_at.toISOString()]));
    for (const { game_id, unlocked_at } of items) {
      if (unlocked_at !== null) expect(unlocked_at >= (acquired.get(game_id) ?? '')).toBe(true);
    }
  });

  it('show every rule in every sample game', () => {
    for (const { achievements } of SAMPLE_GAMES) {
      expect(new Set(achievements.map(({ achievement_id }) => achievement_id)).size).toBe(achievements.length);
      expect(achievements.some(({ authority }) => authority === 'server')).toBe(true);
      expect(achievements.some(({ max_change_per_minute }) => max_change_per_minute)).toBe(true);
      expect(achievements.some(({ hidden }) => hidden)).toBe(true);
    }
  });
});
