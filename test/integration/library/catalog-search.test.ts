import { beforeAll, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { catalogPattern, CATALOG_SEARCH, searchCatalog } from '../../../lib/library/catalog-search.ts';
import { putGame } from '../../../lib/library/catalog.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';
import { id } from '../../playtime-rows.ts';

const TITLES = ['Alpha', 'alphabet', 'Beta 100%', 'Beta 1000', 'Ведьмак', 'Zeta'];

onEachDatabase('the search of the catalogue', (database) => {
  const search = async (q?: string, limit = 50, cursor?: string) =>
    searchCatalog(database().executor, {
      limit,
      ...(q === undefined ? {} : { q }),
      ...(cursor === undefined ? {} : { cursor }),
    });
  const titles = async (q?: string) => (await search(q)).items.map(({ title }) => title);

  beforeAll(async () => {
    for (const [n, title] of TITLES.entries()) await putGame(database().db, id(n, 'game'), { title }, TEST_NOW);
  });

  it('finds any part of a title in any case, and signs as themselves', async () => {
    expect(await titles('LPHA')).toEqual(['Alpha', 'alphabet']);
    expect(await titles('100%')).toEqual(['Beta 100%']);
    expect(await titles('ДЬМА')).toEqual(['Ведьмак']);
    expect(await titles('___')).toEqual([]);
  });

  it('finds beginnings by one or two characters', async () => {
    expect(await titles('z')).toEqual(['Zeta']);
    expect(await titles('be')).toEqual(['Beta 100%', 'Beta 1000']);
    expect(await titles('ph')).toEqual([]);
  });

  it('pages through all of it in the order of titles', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof search>> = await search(undefined, 2, cursor ?? undefined);
      seen.push(...page.items.map(({ title }) => title));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(seen).toEqual([...TITLES].sort());
    expect((await search('beta', 1)).next_cursor).not.toBeNull();
    await expect(search(undefined, 2, 'AAAA')).rejects.toMatchObject({ type: 'VALIDATION_ERROR' });
  });

  it('shows what the catalogue knows', async () => {
    expect((await search('zeta')).items).toEqual([
      {
        game_id: id(5, 'game'),
        title: 'Zeta',
        developer: null,
        publisher: null,
        cover_url: null,
        genres: [],
        released_on: null,
        achievement_count: 0,
        version: 1,
        updated_at: new Date(TEST_NOW).toISOString(),
      },
    ]);
  });

  it('goes by the trigrams in a catalogue of some size, for short texts too', async () => {
    await sql`
      INSERT INTO catalog_games (game_id, title, updated_at)
      SELECT gen_random_uuid(), md5(n::text), now() FROM generate_series(1, 20000) AS n`.execute(database().db);
    await sql`VACUUM ANALYZE catalog_games`.execute(database().db);
    for (const q of ['alphabet', 'abc', 'zz', 'Ведь']) {
      const { rows } = await database().executor.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${CATALOG_SEARCH}`, [
        null,
        null,
        50,
        catalogPattern(q),
      ]);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toContain('catalog_games_title_trigrams');
      expect(plan).not.toContain('Seq Scan on catalog_games');
    }
  });
});
