import { expect, it } from '@jest/globals';
import { putGame } from '../../../lib/library/catalog.ts';
import { loadDemoData } from '../../../lib/library/demo-data.ts';
import { DEMO_USER_ID } from '../../../lib/library/demo-user.ts';
import { ownedGames } from '../../../lib/library/library-items.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';
import { id } from '../../playtime-rows.ts';

onEachDatabase('the catalogue', (database) => {
  const gameId = id(50, 'game');
  const put = (body: Parameters<typeof putGame>[2], now = TEST_NOW) => putGame(database().db, gameId, body, now);
  const version = async () =>
    (await database().db.selectFrom('catalog_games').select('version').where('game_id', '=', gameId).executeTakeFirst())
      ?.version;

  it('takes an entry, replaces it, and empties what is left out', async () => {
    const full = { title: 'Oru', developer: 'D', publisher: 'P', description: 'x', cover_url: 'https://c/x.jpg' };
    expect(await put({ ...full, genres: ['Adventure', 'a,b"{}'], released_on: '2024-02-29' })).toEqual({
      game_id: gameId,
      ...full,
      genres: ['Adventure', 'a,b"{}'],
      released_on: '2024-02-29',
      updated_at: new Date(TEST_NOW).toISOString(),
    });
    expect(await put({ title: 'Oru II' }, TEST_NOW + 1000)).toMatchObject({
      title: 'Oru II',
      developer: null,
      genres: [],
      released_on: null,
      updated_at: new Date(TEST_NOW + 1000).toISOString(),
    });
    expect(await version()).toBe(2);
  });

  it('keeps version and time of an entry that is put again unchanged', async () => {
    const { updated_at } = await put({ title: 'Oru III' }, TEST_NOW + 2000);
    const before = await version();
    expect(await put({ title: 'Oru III' }, TEST_NOW + 9000)).toMatchObject({ updated_at });
    expect(await version()).toBe(before);
  });

  it('can be filled with the samples twice, and the demo user owns twenty of them', async () => {
    await Promise.all([loadDemoData(database().db, TEST_NOW), loadDemoData(database().db, TEST_NOW)]);
    await loadDemoData(database().db, TEST_NOW);
    expect(await ownedGames(database().db, DEMO_USER_ID, TEST_NOW)).toHaveLength(20);
  });
});
