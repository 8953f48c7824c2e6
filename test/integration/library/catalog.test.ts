import { expect, it } from '@jest/globals';
import { gameIn, putGame } from '../../../lib/library/catalog.ts';
import { loadDemoData } from '../../../lib/library/demo-data.ts';
import { DEMO_USER_ID } from '../../../lib/library/demo-user.ts';
import { listedGames } from '../../../lib/library/listed-games.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';
import { id } from '../../playtime-rows.ts';

onEachDatabase('the catalogue', (database) => {
  const gameId = id(50, 'game');
  const put = (body: Parameters<typeof putGame>[2], now = TEST_NOW) => putGame(database().db, gameId, body, now);

  it('knows nothing of a game that it has no entry of', async () => {
    await expect(gameIn(database().db, id(51, 'game'))).rejects.toMatchObject({ type: 'NOT_FOUND' });
  });

  it('takes an entry, replaces it, and empties what is left out', async () => {
    const full = { title: 'Oru', developer: 'D', publisher: 'P', description: 'x', cover_url: 'https://c/x.jpg' };
    const rest = {
      genres: ['Adventure', 'a,b"{}'],
      released_on: '2024-02-29',
      achievements: [{ achievement_id: 'a', title: 'A', description: '', hidden: false, target: 1 }],
    };
    const [eur, usd] = [
      { currency: 'EUR', amount_minor: 1999 },
      { currency: 'USD', amount_minor: 2199 },
    ];
    expect(await put({ ...full, ...rest, prices: [usd, eur] })).toEqual({
      game_id: gameId,
      ...full,
      ...rest,
      prices: [eur, usd],
      version: 1,
      updated_at: new Date(TEST_NOW).toISOString(),
    });
    const whole = await gameIn(database().db, gameId);
    expect(whole.prices).toEqual([eur, usd]);
    // What was read can be put back as it is.
    expect(await put({ ...full, ...rest, prices: whole.prices })).toEqual(whole);
    expect(await put({ title: 'Oru II' }, TEST_NOW + 1000)).toMatchObject({
      title: 'Oru II',
      developer: null,
      genres: [],
      released_on: null,
      prices: [],
      achievements: [],
      version: 2,
      updated_at: new Date(TEST_NOW + 1000).toISOString(),
    });
  });

  it('keeps version and time of an entry that is put again unchanged, and counts a change of price', async () => {
    const body = { title: 'Oru III', prices: [{ currency: 'EUR', amount_minor: 1999 }] };
    const { updated_at, version } = await put(body, TEST_NOW + 2000);
    const turned = { ...body, prices: [{ amount_minor: 1999, currency: 'EUR' }] };
    expect(await put(turned, TEST_NOW + 9000)).toMatchObject({ version, updated_at });
    const dearer = { ...body, prices: [{ currency: 'EUR', amount_minor: 2499 }] };
    expect(await put(dearer, TEST_NOW + 9000)).toMatchObject({ version: version + 1, prices: dearer.prices });
  });

  it('refuses two prices in one currency and two achievements of one id', async () => {
    const price = { currency: 'EUR', amount_minor: 1 };
    const achievement = { achievement_id: 'a', title: 'A', description: '', hidden: false, target: 1 };
    const refused = { type: 'VALIDATION_ERROR' };
    await expect(put({ title: 'x', prices: [price, price] })).rejects.toMatchObject(refused);
    await expect(put({ title: 'x', achievements: [achievement, achievement] })).rejects.toMatchObject(refused);
  });

  it('can be filled with the samples twice, and the demo user owns twenty of them', async () => {
    await Promise.all([loadDemoData(database().db, TEST_NOW), loadDemoData(database().db, TEST_NOW)]);
    await loadDemoData(database().db, TEST_NOW);
    expect(await listedGames(database().executor, DEMO_USER_ID)).toHaveLength(20);
  });
});
