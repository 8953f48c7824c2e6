import { beforeEach, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { addWish } from '../../../lib/wishlist/change-wishes.ts';
import { lendersOf } from '../../../lib/family/lenders.ts';
import { patchGame } from '../../../lib/library/marks.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';
import { families, lopsidedLinks, wronglyBorrowed } from '../../family.ts';

onEachDatabase('sharing games', (database) => {
  let family: ReturnType<typeof families>;
  let owner: string;
  let member: string;
  let games: string[];
  let first: string;
  let second: string;
  beforeEach(async () => {
    family = families(database());
    [owner, member] = [uuidv7(), uuidv7()];
    games = await family.games(3);
    [first = '', second = ''] = games;
    await family.buy(owner, first);
    await family.buy(owner, second, 'gift');
  });
  const library = (userId: string) => family.library(userId, games);
  const revision = async (userId: string) =>
    (
      await database()
        .db.selectFrom('user_revisions')
        .select('revision')
        .where('user_id', '=', userId)
        .executeTakeFirst()
    )?.revision ?? 0;

  it('begins when the invitation is accepted, and tells both sides', async () => {
    await family.invite(owner, member);
    expect(await library(member)).toEqual({});
    expect(await family.accept(member, owner)).toMatchObject({ user_id: owner, status: 'active' });
    expect(await library(member)).toEqual({ 0: [owner], 1: [owner] });
    expect(await library(owner)).toEqual({ 0: 'purchase, shared with 1', 1: 'gift, shared with 1' });
    expect(await family.events(member)).toEqual([
      ...['family.updated invited', 'family.updated accepted', 'game.added family', 'game.added family'],
    ]);
    expect((await family.events(owner)).slice(2)).toEqual(['family.updated invited', 'family.updated accepted']);
    expect(await lopsidedLinks(database())).toEqual([]);
  });

  it('lends what is bought or given, and neither what is subscribed to nor what is borrowed', async () => {
    const third = games[2] ?? '';
    const friend = uuidv7();
    await family.buy(owner, third, 'subscription');
    await family.share(owner, member);
    await family.share(member, friend);
    expect(Object.keys(await library(member))).toEqual(['0', '1']);
    expect(await library(friend)).toEqual({});
  });

  it('follows what the owner buys and gives back', async () => {
    const third = games[2] ?? '';
    await family.share(owner, member);
    await family.buy(owner, third);
    expect(await library(member)).toHaveProperty('2', [owner]);
    await family.refund(owner, third);
    expect(await library(member)).not.toHaveProperty('2');
    expect((await family.events(member)).slice(-2)).toEqual(['game.added family', 'game.removed sharing_ended']);
  });

  it('ends with the link, and keeps what the member made of the games for the next time', async () => {
    await family.share(owner, member);
    await patchGame({ database: database(), userId: member, now: family.now }, first, { notes: 'mine' }, null);
    await family.remove(owner, member);
    expect(await library(member)).toEqual({});
    expect(await family.show(member)).toMatchObject({ owners: [] });
    await family.share(owner, member);
    expect(await library(member)).toEqual({ 0: [owner], 1: [owner] });
    const row = await database()
      .db.selectFrom('user_libraries')
      .select('notes')
      .where('user_id', '=', member)
      .where('game_id', '=', first)
      .executeTakeFirst();
    expect(row).toEqual({ notes: 'mine' });
  });

  it('lets a member leave as an owner removes one', async () => {
    await family.share(owner, member);
    await family.leave(member, owner);
    expect(await library(member)).toEqual({});
    expect(await family.show(owner)).toMatchObject({ members: [] });
    await expect(family.leave(member, owner)).rejects.toMatchObject({ type: 'NOT_FOUND' });
    expect((await family.events(owner)).at(-1)).toBe('family.updated ended');
  });

  it('spares excluded games, also those that are bought later, until they are included again', async () => {
    const third = games[2] ?? '';
    await family.share(owner, member);
    await family.exclude(owner, first);
    await family.exclude(owner, third);
    await family.buy(owner, third);
    expect(await library(member)).toEqual({ 1: [owner] });
    expect(await library(owner)).toEqual({
      0: 'purchase, shared with 0',
      1: 'gift, shared with 1',
      2: 'purchase, shared with 0',
    });
    expect(await family.show(owner)).toMatchObject({ excluded_games: 2 });
    await family.include(owner, third);
    expect(await library(member)).toEqual({ 1: [owner], 2: [owner] });
    await expect(family.include(owner, third)).rejects.toMatchObject({ type: 'NOT_FOUND' });
    await expect(family.exclude(owner, uuidv7())).rejects.toMatchObject({ type: 'NOT_FOUND' });
  });

  it("makes a borrowed game the member's own when it is bought, and borrowed again when that is refunded", async () => {
    await family.share(owner, member);
    expect(await family.buy(member, first)).toMatchObject({ created: true, source: 'purchase' });
    expect(await library(member)).toEqual({ 0: 'purchase, shared with 0', 1: [owner] });
    await family.refund(owner, first);
    expect(await library(member)).toHaveProperty('0', 'purchase, shared with 0');
    await family.buy(owner, first);
    await family.refund(member, first);
    expect(await library(member)).toEqual({ 0: [owner], 1: [owner] });
    expect((await family.events(member)).slice(-3)).toEqual([
      ...['game.added purchase', 'game.removed revoked', 'game.added family'],
    ]);
  });

  it('does not take what is borrowed when a refund of something else that was never bought comes', async () => {
    await family.share(owner, member);
    await family.refund(member, first);
    expect(await library(member)).toEqual({ 0: [owner], 1: [owner] });
  });

  it('lends a game from several owners in the order in which they came, while one of them does', async () => {
    const other = uuidv7();
    await family.buy(other, first);
    await family.share(owner, member);
    family.now += 1000;
    await family.share(other, member);
    expect(await lendersOf(database().db, member, first)).toEqual([owner, other]);
    expect(await library(member)).toEqual({ 0: [owner, other], 1: [owner] });
    const before = await revision(member);
    await family.exclude(owner, first);
    expect(await library(member)).toEqual({ 0: [other], 1: [owner] });
    expect((await family.events(member)).at(-1)).toBe('game.updated sharing');
    expect(await revision(member)).toBeGreaterThan(before);
    await family.refund(other, first);
    expect(await lendersOf(database().db, member, first)).toEqual([]);
    expect(await library(member)).toEqual({ 1: [owner] });
  });

  it('lets a borrowed game be wished for, until it is bought', async () => {
    await family.share(owner, member);
    const wish = { db: database().db, userId: member, now: TEST_NOW };
    await addWish(wish, { game_id: first });
    await family.buy(member, first);
    await expect(addWish(wish, { game_id: first })).rejects.toMatchObject({ type: 'GAME_ALREADY_OWNED' });
  });

  it('writes every change down in the logs of both', async () => {
    await family.share(owner, member);
    await family.exclude(owner, first);
    await family.remove(owner, member);
    const logOf = async (userId: string) =>
      (
        await database()
          .db.selectFrom('library_audit_log')
          .select(['action', 'actor_id', 'details'])
          .where('user_id', '=', userId)
          .where('action', 'like', 'family.%')
          .orderBy('entry_id')
          .execute()
      ).map(({ action, actor_id, details }) => [action, actor_id, details]);
    const [lends, borrows] = [
      { role: 'lends', other_id: member },
      { role: 'borrows', other_id: owner },
    ];
    expect(await logOf(owner)).toEqual(
      expect.arrayContaining([
        ['family.invited', owner, lends],
        ['family.accepted', member, lends],
        ['family.game_excluded', owner, {}],
        ['family.ended', owner, lends],
      ]),
    );
    expect(await logOf(member)).toEqual(
      expect.arrayContaining([
        ['family.invited', owner, borrows],
        ['family.accepted', member, borrows],
        ['family.ended', owner, borrows],
      ]),
    );
  });

  it('takes a library of thousands of games at once', async () => {
    const rows = Array.from({ length: 3000 }, () => ({
      user_id: owner,
      game_id: uuidv7(),
      source: 'purchase' as const,
      acquired_at: new Date(TEST_NOW),
      updated_at: new Date(TEST_NOW),
    }));
    await database().db.insertInto('user_libraries').values(rows).execute();
    await family.share(owner, member);
    expect((await family.events(member)).filter((event) => event === 'game.added family')).toHaveLength(3002);
    await family.leave(member, owner);
    expect(await wronglyBorrowed(database())).toEqual([]);
  });
});
