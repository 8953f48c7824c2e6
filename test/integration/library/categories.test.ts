import { beforeEach, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LibraryFilter } from '../../../lib/contract/library.ts';
import { createCategory, listCategories, patchCategory, removeCategory } from '../../../lib/library/categories.ts';
import { libraryItems } from '../../../lib/library/library-items.ts';
import { listLibrary } from '../../../lib/library/list-library.ts';
import { patchGame } from '../../../lib/library/marks.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';
import { GAME, newPlayer, OTHER_GAME } from '../../player.ts';
import { id } from '../../playtime-rows.ts';

onEachDatabase('categories', (database) => {
  let userId: string;
  const context = () => ({ database: database(), userId, now: TEST_NOW });
  const create = (name: string, filter?: LibraryFilter) =>
    createCategory(context(), { name, ...(filter === undefined ? {} : { filter }) });
  const names = async () => (await listCategories(context())).items.map(({ name }) => name);
  const sort = (gameId: string, ...category_ids: string[]) => patchGame(context(), gameId, { category_ids }, null);
  const game = async (gameId: string) => (await libraryItems(database().executor, userId, [gameId], TEST_NOW))[0]!;
  const revision = async () =>
    (
      await database()
        .db.selectFrom('user_revisions')
        .select('revision')
        .where('user_id', '=', userId)
        .executeTakeFirst()
    )?.revision;
  const events = async () =>
    (
      await database()
        .db.selectFrom('outbox_events')
        .select('data')
        .where('user_id', '=', userId)
        .where('event_type', '=', 'library.game.updated')
        .orderBy('event_number')
        .execute()
    ).map(({ data }) => [data['game_id'], data['changed']]);

  beforeEach(async () => {
    ({ userId } = await newPlayer(database()));
  });

  it('are listed by name, with what they are and how many games they show', async () => {
    const mine = await create('  mine ');
    await create('All', { hidden: false });
    await sort(GAME, mine.category_id);
    await sort(OTHER_GAME, mine.category_id);
    await patchGame(context(), OTHER_GAME, { hidden: true }, null);
    expect((await listCategories(context())).items).toMatchObject([
      { name: 'All', kind: 'dynamic', filter: { hidden: false }, game_count: 1, version: 1 },
      { name: 'mine', kind: 'manual', filter: null, game_count: 1, version: 1 },
    ]);
  });

  it('have names that differ by more than their case', async () => {
    await create('Ärger');
    for (const same of ['ärger', 'ÄRGER ', 'A\u0308rger']) {
      await expect(create(same)).rejects.toMatchObject({ type: 'CONFLICT' });
    }
    const other = await create('Other');
    await expect(patchCategory(context(), other.category_id, { name: 'äRGER' }, null)).rejects.toMatchObject({
      type: 'CONFLICT',
    });
    expect(await patchCategory(context(), other.category_id, { name: 'OTHER' }, null)).toMatchObject({ version: 2 });
    expect(await names()).toEqual(['OTHER', 'Ärger']);
  });

  it('are made once when many make the same at once', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => create('Same')));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await names()).toEqual(['Same']);
  });

  it('are at most 200 a user, also when the last ones are made at once', async () => {
    await database()
      .db.insertInto('user_game_categories')
      .values(
        Array.from({ length: 197 }, (_, n) => ({
          user_id: userId,
          category_id: id(n, 'session'),
          name: `${n}`,
          name_key: `${n}`,
          filter: null,
          created_at: new Date(TEST_NOW),
          updated_at: new Date(TEST_NOW),
        })),
      )
      .execute();
    const outcomes = await Promise.allSettled(['a', 'b', 'c', 'd', 'e'].map((name) => create(name)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(await names()).toHaveLength(200);
  });

  it('change under the version that the change is based on', async () => {
    const { category_id } = await create('Short', { q: 'game' });
    const changed = await patchCategory(context(), category_id, { filter: { q: 'Game 1' } }, 1);
    expect(changed).toMatchObject({ name: 'Short', filter: { q: 'Game 1' }, game_count: 1, version: 2 });
    await expect(patchCategory(context(), category_id, { name: 'Long' }, 1)).rejects.toMatchObject({
      type: 'PRECONDITION_FAILED',
    });
    const before = await revision();
    expect(await patchCategory(context(), category_id, { name: 'Short', filter: { q: 'Game 1' } }, 2)).toEqual(changed);
    expect(await revision()).toBe(before);
  });

  it('stay what they are: a manual one takes no filter, and a dynamic one no games', async () => {
    const manual = await create('Manual');
    const dynamic = await create('Dynamic', { favorite: true });
    await expect(
      patchCategory(context(), manual.category_id, { filter: { favorite: true } }, null),
    ).rejects.toMatchObject({ type: 'VALIDATION_ERROR', data: { errors: [{ field: 'filter' }] } });
    for (const wrong of [dynamic.category_id, id(9, 'session')]) {
      await expect(sort(GAME, manual.category_id, wrong)).rejects.toMatchObject({
        type: 'VALIDATION_ERROR',
        data: { errors: [{ field: 'category_ids' }] },
      });
    }
    expect(await game(GAME)).toMatchObject({ category_ids: [], version: 1 });
  });

  it('are set as a whole for a game, and are part of its version', async () => {
    const [a, b] = [await create('a'), await create('b')];
    expect(await sort(GAME, a.category_id, b.category_id)).toMatchObject({
      category_ids: [a.category_id, b.category_id].sort(),
      version: 2,
    });
    expect(await sort(GAME, b.category_id)).toMatchObject({ category_ids: [b.category_id], version: 3 });
    expect(await sort(GAME, b.category_id)).toMatchObject({ version: 3 });
    expect(await sort(GAME)).toMatchObject({ category_ids: [], version: 4 });
    expect(await events()).toEqual([
      [GAME, ['categories']],
      [GAME, ['categories']],
      [GAME, ['categories']],
    ]);
  });

  it('leave their games with a new version when they go', async () => {
    const { category_id } = await create('Gone');
    await sort(GAME, category_id);
    await sort(OTHER_GAME, category_id);
    await removeCategory(context(), category_id);
    expect(await game(GAME)).toMatchObject({ category_ids: [], version: 3 });
    expect((await events()).slice(2)).toEqual([
      [GAME, ['categories']],
      [OTHER_GAME, ['categories']],
    ]);
    await expect(removeCategory(context(), category_id)).rejects.toMatchObject({ type: 'NOT_FOUND' });
  });

  it('are removed while games are put into them, and nobody waits in a circle', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { category_id } = await create(`Round ${round}`);
      await sort(GAME, category_id);
      const work = [
        () => removeCategory(context(), category_id),
        () => sort(OTHER_GAME, category_id),
        () => patchGame(context(), GAME, { favorite: round % 2 === 0 }, null),
        () => sort(GAME),
      ];
      const refused = (await Promise.allSettled(work.map((each) => each()))).filter(
        ({ status }) => status === 'rejected',
      );
      for (const one of refused) expect(one).toMatchObject({ reason: { type: 'VALIDATION_ERROR' } });
      expect([(await game(GAME)).category_ids, (await game(OTHER_GAME)).category_ids]).toEqual([[], []]);
    }
  });

  it('raise the user’s revision with every change, so that no page kept before is found again', async () => {
    const seen = [await revision()];
    const { category_id } = await create('a');
    seen.push(await revision());
    await patchCategory(context(), category_id, { name: 'b' }, null);
    seen.push(await revision());
    await removeCategory(context(), category_id);
    seen.push(await revision());
    expect(new Set(seen).size).toBe(4);
  });

  it('count what a list of them shows, whatever their filter', async () => {
    const filters = fc.record(
      {
        q: fc.constantFrom('game', 'GAME 1', '%', '2'),
        hidden: fc.boolean(),
        favorite: fc.boolean(),
        status: fc.constantFrom('installed', 'not_installed'),
        played_within_days: fc.integer({ min: 1, max: 3 }),
      },
      { requiredKeys: [] },
    );
    await patchGame(context(), GAME, { favorite: true }, null);
    let n = 0;
    await fc.assert(
      fc.asyncProperty(filters, fc.boolean(), async (filter, hidden) => {
        await patchGame(context(), OTHER_GAME, { hidden }, null);
        const { category_id, game_count } = await create(`${(n += 1)}`, filter);
        const query = { category_id, sort: 'title', order: 'asc', limit: 50 } as const;
        expect((await listLibrary(context(), query)).items).toHaveLength(game_count);
      }),
      { numRuns: 25 },
    );
  });
});
