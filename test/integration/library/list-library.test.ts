import { beforeEach, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { LibraryQuery } from '../../../lib/contract/library.ts';
import { emit } from '../../../lib/events/emit.ts';
import { removeInstallation, setInstalled } from '../../../lib/library/installations.ts';
import { createCategory } from '../../../lib/library/categories.ts';
import { listLibrary } from '../../../lib/library/list-library.ts';
import { patchGame } from '../../../lib/library/marks.ts';
import { grantGame } from '../../../lib/library/access.ts';
import { putGame } from '../../../lib/library/catalog.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';
import { id } from '../../playtime-rows.ts';

const TITLES = ['100% Orange', '1000 Oranges', 'snake_case', 'snakeXcase', String.raw`back\slash`, 'ВЕДЬМАК', 'Éclair'];
const DEVICE = id(1, 'device');

let lastUser = 5000;

onEachDatabase('the list of a library', (database) => {
  let userId: string;
  const gameOf = (title: string) => id(500 + TITLES.indexOf(title), 'game');
  const context = () => ({ database: database(), userId, now: TEST_NOW });
  const list = (more: Partial<LibraryQuery> = {}) =>
    listLibrary(context(), { sort: 'title', order: 'asc', limit: 50, ...more });
  const titles = async (more: Partial<LibraryQuery> = {}) => (await list(more)).items.map(({ title }) => title);
  const patch = (title: string, marks: Parameters<typeof patchGame>[2]) =>
    patchGame(context(), gameOf(title), marks, null);
  const install = (title: string, device: string, status: 'installed' | 'updating', version: string | null = null) =>
    database()
      .db.transaction()
      .execute(async (transaction) => {
        const installed = { userId, gameId: gameOf(title), deviceId: device, status, version, now: TEST_NOW };
        const events = await setInstalled(transaction, installed);
        await emit(transaction, TEST_NOW, events);
        return events;
      });
  const uninstall = (title: string, device: string) =>
    database()
      .db.transaction()
      .execute((transaction) => removeInstallation(transaction, { userId, gameId: gameOf(title), deviceId: device }));

  beforeEach(async () => {
    userId = id((lastUser += 1), 'user');
    const caller = { userId, roles: ['service'] as const };
    for (const [n, title] of TITLES.entries()) {
      const achievements = Array.from({ length: n }, (_, at) => ({
        achievement_id: `a${at}`,
        title: 'A',
        description: '',
        hidden: false,
        target: 1,
      }));
      await putGame(database().db, gameOf(title), { title, achievements }, TEST_NOW);
      const source = n % 2 === 0 ? ('purchase' as const) : ('gift' as const);
      await grantGame({ db: database().db, caller, userId, now: TEST_NOW + n }, { game_id: gameOf(title), source });
    }
  });

  it('finds titles by any part, in any case of any alphabet, and takes signs for themselves', async () => {
    expect(await titles({ q: 'orange' })).toEqual(['100% Orange', '1000 Oranges']);
    expect(await titles({ q: '100%' })).toEqual(['100% Orange']);
    expect(await titles({ q: 'E_C' })).toEqual(['snake_case']);
    expect(await titles({ q: String.raw`k\s` })).toEqual([String.raw`back\slash`]);
    expect(await titles({ q: 'едьма' })).toEqual(['ВЕДЬМАК']);
    expect(await titles({ q: 'éc' })).toEqual(['Éclair']);
    expect(await titles({ q: 'nothing' })).toEqual([]);
  });

  it('narrows by every mark, and hides what is hidden', async () => {
    await patch('Éclair', { hidden: true });
    await patch('ВЕДЬМАК', { favorite: true });
    expect(await titles()).toHaveLength(TITLES.length - 1);
    expect(await list()).toEqual(await list({ hidden: false }));
    expect(await list({ order: 'desc', limit: 2 })).toEqual(await list({ order: 'desc', limit: 2, hidden: false }));
    expect(await titles({ hidden: true })).toEqual(['Éclair']);
    expect(await titles({ favorite: true })).toEqual(['ВЕДЬМАК']);
    expect(await titles({ source: 'gift', sort: 'acquired_at', order: 'desc' })).toEqual([
      'ВЕДЬМАК',
      'snakeXcase',
      '1000 Oranges',
    ]);
  });

  it('knows where games are installed: ready on one device is installed, whatever another one does', async () => {
    await install('Éclair', DEVICE, 'updating', '1.0');
    await install('ВЕДЬМАК', id(2, 'device'), 'updating');
    await install('ВЕДЬМАК', DEVICE, 'installed', '2.1');
    expect(await titles({ status: 'installed' })).toEqual(['ВЕДЬМАК']);
    expect(await titles({ status: 'updating' })).toEqual(['Éclair']);
    expect(await titles({ status: 'not_installed' })).toHaveLength(TITLES.length - 2);
    expect((await list({ status: 'installed' })).items).toMatchObject([
      {
        status: 'installed',
        installations: [
          { device_id: DEVICE, status: 'installed', version: '2.1', updated_at: new Date(TEST_NOW).toISOString() },
          { device_id: id(2, 'device'), status: 'updating', version: null },
        ],
      },
    ]);
    expect(await uninstall('ВЕДЬМАК', DEVICE)).toHaveLength(1);
    expect(await titles({ status: 'updating', q: 'ведьмак' })).toEqual(['ВЕДЬМАК']);
  });

  it('tells of an installation once, however often it is reported', async () => {
    const told = await install('Éclair', DEVICE, 'installed', '1.0');
    expect(told).toEqual([
      {
        type: 'library.game.updated',
        data: { user_id: userId, game_id: gameOf('Éclair'), changed: ['install_status'] },
      },
    ]);
    expect(await install('Éclair', DEVICE, 'installed', '1.0')).toEqual([]);
    expect(await install('Éclair', DEVICE, 'installed', '1.1')).toHaveLength(1);
    expect(await uninstall('Éclair', DEVICE)).toHaveLength(1);
    expect(await uninstall('Éclair', DEVICE)).toEqual([]);
  });

  it('shows the games of a manual category, and of a dynamic one what its filter finds, the query on top', async () => {
    const manual = await createCategory(context(), { name: 'Mine' });
    const dynamic = await createCategory(context(), { name: 'Oranges', filter: { q: 'orange', source: 'gift' } });
    const hiding = await createCategory(context(), { name: 'Hidden', filter: { hidden: true } });
    await patch('Éclair', { category_ids: [manual.category_id] });
    await patch('ВЕДЬМАК', { category_ids: [manual.category_id], hidden: true });
    expect(await titles({ category_id: manual.category_id })).toEqual(['Éclair']);
    expect((await list({ category_id: manual.category_id })).items).toMatchObject([
      { category_ids: [manual.category_id] },
    ]);
    expect(await titles({ category_id: dynamic.category_id })).toEqual(['1000 Oranges']);
    expect(await titles({ category_id: dynamic.category_id, q: '0 or' })).toEqual(['1000 Oranges']);
    expect(await titles({ category_id: dynamic.category_id, source: 'purchase' })).toEqual([]);
    expect(await titles({ category_id: hiding.category_id })).toEqual(['ВЕДЬМАК']);
    await expect(list({ category_id: id(1, 'session') })).rejects.toMatchObject({ type: 'NOT_FOUND' });
  });

  it('counts achievements: what there is and what the user has', async () => {
    await sql`
      INSERT INTO user_achievements (user_id, game_id, achievement_id, unlocked_at, recorded_at, offline)
      SELECT ${userId}, ${gameOf('Éclair')}, 'a' || n, now(), now(), false FROM generate_series(1, 2) n`.execute(
      database().db,
    );
    const items = (await list({ sort: 'acquired_at' })).items;
    expect(items.map(({ achievements }) => achievements.total)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(items.at(-1)?.achievements).toEqual({ unlocked: 2, total: 6 });
  });

  it('goes on after the last game while others come and go', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    const caller = { userId, roles: ['service'] as const };
    for (let n = 0; cursor !== null || n === 0; n += 1) {
      const page = await list({ limit: 2, ...(cursor === null ? {} : { cursor }) });
      seen.push(...page.items.map(({ title }) => title));
      cursor = page.next_cursor;
      const more = id(600 + n, 'game');
      await putGame(database().db, more, { title: `0 before all ${n}` }, TEST_NOW);
      await grantGame({ db: database().db, caller, userId, now: TEST_NOW }, { game_id: more, source: 'gift' });
      if (n === 0) await patch('snakeXcase', { hidden: true });
    }
    expect(seen).toEqual(['100% Orange', '1000 Oranges', String.raw`back\slash`, 'Éclair', 'snake_case', 'ВЕДЬМАК']);
  });
});
