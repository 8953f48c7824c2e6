import { beforeEach, expect, it } from '@jest/globals';
import { listAchievements } from '../../../lib/achievements/list-achievements.ts';
import { createRarities } from '../../../lib/achievements/rarity.ts';
import type { AchievementsQuery } from '../../../lib/contract/achievements.ts';
import { grantGame, revokeGame } from '../../../lib/library/access.ts';
import { putGame } from '../../../lib/library/catalog.ts';
import { achievement, GAME_SERVER, newAchiever, type Achiever } from '../../achiever.ts';
import { onEachDatabase } from '../../databases.ts';
import { OTHER_GAME } from '../../player.ts';
import { id } from '../../playtime-rows.ts';

const DEFINITIONS = [
  achievement('secret', { hidden: true, target: 3 }),
  achievement('first', { title: 'First light', description: 'Light a lantern' }),
  achievement('Chapters', { target: 25 }),
  achievement('ranked', { authority: 'server', progress: 'increment' }),
];

onEachDatabase('the list of achievements', (database) => {
  let user: Achiever;
  beforeEach(async () => {
    user = await newAchiever(database(), DEFINITIONS);
    await user.player.start(user.gameId);
  });

  const list = (query: Partial<AchievementsQuery> = {}, masks = true) => {
    const rarities = createRarities(database().db, { now: () => user.player.engine.now, after: () => () => undefined });
    return listAchievements({ db: database().db, rarities, userId: user.userId, masks }, { limit: 50, ...query });
  };
  const one = async (achievementId: string, masks = true) =>
    (await list({ game_id: user.gameId }, masks)).items.find((item) => item.achievement_id === achievementId);

  it('shows definitions with how far the user is', async () => {
    await user.progress('Chapters', { value: 7 });
    const { unlocked_at } = await user.unlock('first');
    const { items, next_cursor } = await list({ game_id: user.gameId.toUpperCase() });
    expect(items.map(({ achievement_id }) => achievement_id)).toEqual(['Chapters', 'first', 'ranked', 'secret']);
    expect(next_cursor).toBeNull();
    expect(items[0]).toMatchObject({ target: 25, progress: 7, unlocked: false, unlocked_at: null });
    expect(items[1]).toMatchObject({
      game_id: user.gameId,
      title: 'First light',
      description: 'Light a lantern',
      authority: 'client',
      progress_kind: 'max',
      target: 1,
      progress: 1,
      unlocked: true,
      unlocked_at,
      offline: false,
    });
    expect(items[2]).toMatchObject({ authority: 'server', progress_kind: 'increment', progress: 0 });
  });

  it('masks what a hidden one takes until it is unlocked, but not from support', async () => {
    await user.progress('secret', { value: 2 });
    expect(await one('secret')).toMatchObject({
      title: 'Hidden achievement',
      description: '',
      hidden: true,
      masked: true,
      target: null,
      progress: null,
    });
    expect(await one('secret', false)).toMatchObject({
      title: 'Title of secret',
      masked: false,
      target: 3,
      progress: 2,
    });
    await user.progress('secret', { value: 3 });
    expect(await one('secret')).toMatchObject({ title: 'Title of secret', masked: false, progress: 3, unlocked: true });
  });

  it('tells how rare each is, and counts the user in before the sums are read again', async () => {
    const rarities = { of: () => Promise.resolve(new Map([[user.gameId, { owners: 8, unlocked: new Map() }]])) };
    await user.unlock('first');
    const { items } = await listAchievements(
      { db: database().db, rarities, userId: user.userId, masks: true },
      { game_id: user.gameId, limit: 50 },
    );
    expect(items.map(({ rarity_percent }) => rarity_percent)).toEqual([0, 12.5, 0, 0]);
  });

  it('marks what was reached offline', async () => {
    user.player.wait(60_000);
    const unlocked_at = new Date(user.player.engine.now - 30_000).toISOString();
    await user.unlock('first', { offline: true, unlocked_at });
    expect(await one('first')).toMatchObject({ offline: true, unlocked_at });
  });

  it('lists all games of the library, page by page, whatever comes and goes between the pages', async () => {
    const { db } = database();
    const others = [1, 2, 3].map((n) => id(Number.parseInt(user.gameId.slice(-11), 16) * 16 + n, 'game'));
    const give = async (gameId: string) => {
      await putGame(db, gameId, { title: 'Other', achievements: [achievement('x'), achievement('y')] }, 0);
      await grantGame({ ...user.player.context, caller: GAME_SERVER }, { game_id: gameId, source: 'gift' });
    };
    const [early, middle, late] = others as [string, string, string];
    await give(middle);
    await give(late);
    const all = (await list()).items.map(({ game_id, achievement_id }) => `${game_id} ${achievement_id}`);
    expect(all).toHaveLength(8);
    expect([...all].sort()).toEqual(all);

    const pages: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < 4; page += 1) {
      const { items, next_cursor } = await list({ limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      pages.push(...items.map(({ game_id, achievement_id }) => `${game_id} ${achievement_id}`));
      cursor = next_cursor ?? undefined;
      expect(next_cursor === null).toBe(page === 3);
      if (page === 2) await give(early);
    }
    expect(pages).toEqual(all);
  });

  it('is empty for a game without achievements, and refused for a game that the user does not have', async () => {
    expect(await list({ game_id: OTHER_GAME })).toEqual({ items: [], next_cursor: null });
    await expect(list({ game_id: id(0xfff, 'game') })).rejects.toMatchObject({ type: 'GAME_NOT_IN_LIBRARY' });
    await revokeGame({ ...user.player.context, caller: GAME_SERVER }, user.player.context.actorOf, user.gameId);
    await expect(list({ game_id: user.gameId })).rejects.toMatchObject({ type: 'GAME_NOT_IN_LIBRARY' });
    expect((await list()).items).toEqual([]);
  });

  it('refuses a cursor of another list', async () => {
    const cursor = Buffer.from('["x",1]').toString('base64url');
    await expect(list({ cursor })).rejects.toMatchObject({ type: 'VALIDATION_ERROR' });
  });
});
