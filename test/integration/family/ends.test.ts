import { beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import type { HeldSession } from '../../../actors/messages.ts';
import { eraseUser } from '../../../lib/erasure/erase-user.ts';
import { rememberErasure } from '../../../lib/erasure/erased-users.ts';
import { finishEndedLinks } from '../../../lib/family/end-link.ts';
import type { ActorOf } from '../../../lib/family/family-context.ts';
import { keyToUuid, mustUuidKey } from '../../../lib/uuid.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';
import { families, wronglyBorrowed } from '../../family.ts';
import { IDLE_ACTOR } from '../../idle-actor.ts';
import { sessionRow } from '../../playtime-rows.ts';
import { tracesInDatabase } from '../../traces.ts';

const MINUTE = 60_000;

onEachDatabase('the end of sharing', (database) => {
  let family: ReturnType<typeof families>;
  let owner: string;
  let other: string;
  let member: string;
  let games: string[];
  /** What each user plays, on whose copy; an ended one stays. */
  let sessions: { user: string; game: string; lender: string | null; ended: boolean }[];
  let away: boolean;

  beforeEach(async () => {
    family = families(database());
    [owner, other, member] = [uuidv7(), uuidv7(), uuidv7()];
    games = await family.games(2);
    for (const game of games) await family.buy(owner, game);
    await family.share(owner, member);
    sessions = [];
    away = false;
    family.actors.actorOf = actorOf;
  });

  const actorOf: ActorOf = (user) => ({
    held: () =>
      away
        ? Promise.reject(new Error('the engine is away'))
        : Promise.resolve(sessions.filter((session) => session.user === user).map(heldSession)),
    async revoke(gameId) {
      if (away) throw new Error('the engine is away');
      for (const session of sessions) {
        if (session.user === user && session.game === keyToUuid(gameId)) session.ended = true;
      }
    },
  });
  const heldSession = ({ game, lender, ended }: (typeof sessions)[number]): HeldSession => ({
    ...sessionRow({ gameId: mustUuidKey(game), msByDay: [0] }),
    ended: ended ? { at: TEST_NOW, reason: 'ended' as const } : null,
    endsAt: null,
    creditedMs: 0,
    totalMs: 0,
    lender: lender === null ? null : mustUuidKey(lender),
  });
  const play = (user: string, game = 0, lender: string | null = null): void => {
    sessions.push({ user, game: games[game] ?? '', lender, ended: false });
  };
  const live = () => sessions.filter(({ ended }) => !ended).map(({ user, game }) => [user, games.indexOf(game)]);
  const erase = async (user: string): Promise<void> => {
    await rememberErasure(database().db, user, TEST_NOW);
    const erasing = { db: database().db, saves: { urlSeconds: 900 }, now: TEST_NOW };
    await eraseUser(erasing, (id) => ({ ...IDLE_ACTOR, ...actorOf(id) }), user);
  };
  const links = () =>
    database()
      .db.selectFrom('family_sharing_links')
      .select(['role', 'status'])
      .where('user_id', 'in', [owner, member])
      .orderBy('role')
      .execute();

  describe('for live sessions', () => {
    it('is the end of what the member borrows, and of nothing else', async () => {
      const [own = ''] = await family.games(1);
      await family.buy(member, own);
      games.push(own);
      play(member, 0, owner);
      play(member, 2);
      play(owner, 0);
      await family.remove(owner, member);
      expect(live()).toEqual([
        [member, 2],
        [owner, 0],
      ]);
    });

    it('is the end of a session on the copy of an owner who lends no longer, also when another does', async () => {
      for (const game of games) await family.buy(other, game);
      await family.share(other, member);
      play(member, 0, owner);
      play(member, 1, other);
      await family.exclude(owner, games[0] ?? '');
      expect(live()).toEqual([[member, 1]]);
      await family.leave(member, owner);
      expect(live()).toEqual([[member, 1]]);
    });

    it("is no end for what the member has bought meanwhile, but a refund of the member's is", async () => {
      await family.buy(member, games[0] ?? '');
      play(member, 0);
      await family.exclude(owner, games[0] ?? '');
      expect(live()).toEqual([[member, 0]]);
      await family.include(owner, games[0] ?? '');
      await family.refund(member, games[0] ?? '');
      expect(await family.library(member, games)).toEqual({ 0: [owner], 1: [owner] });
      expect(live()).toEqual([]);
    });

    it('comes with the repeat of a call that failed half-way', async () => {
      play(member, 0, owner);
      away = true;
      await expect(family.exclude(owner, games[0] ?? '')).rejects.toThrow('away');
      await expect(family.refund(owner, games[1] ?? '')).rejects.toThrow('away');
      await expect(family.remove(owner, member)).rejects.toThrow('away');
      expect(await family.library(member, games)).toEqual({});
      expect(await family.show(member)).toMatchObject({ owners: [] });
      away = false;
      await family.exclude(owner, games[0] ?? '');
      await family.refund(owner, games[1] ?? '');
      await family.remove(owner, member);
      expect(live()).toEqual([]);
      expect(await links()).toEqual([]);
    });

    it('comes from the job when nobody repeats the call, unless the two found together again', async () => {
      play(member, 0, owner);
      away = true;
      await expect(family.leave(member, owner)).rejects.toThrow('away');
      const finish = (minutes: number) => finishEndedLinks(database().db, actorOf, TEST_NOW + minutes * MINUTE);
      expect(await finish(1)).toBe(0);
      await expect(finish(2)).rejects.toThrow('1 family links are still unfinished');
      away = false;
      expect(await finish(2)).toBe(1);
      expect(live()).toEqual([]);
      expect(await links()).toEqual([]);

      away = true;
      await family.share(owner, member);
      await expect(family.leave(member, owner)).rejects.toThrow('away');
      await family.share(owner, member);
      away = false;
      expect(await finish(2)).toBe(0);
      expect(await links()).toEqual([
        { role: 'borrows', status: 'active' },
        { role: 'lends', status: 'active' },
      ]);
    });
  });

  describe('by an erasure', () => {
    it('takes the games of an erased owner from members, tells them, and leaves no name behind', async () => {
      await family.exclude(owner, games[1] ?? '');
      await family.invite(other, owner);
      play(member, 0, owner);
      await erase(owner);
      expect(live()).toEqual([]);
      expect(await family.library(member, games)).toEqual({});
      expect(await family.show(member)).toMatchObject({ owners: [] });
      expect(await family.show(other)).toMatchObject({ members: [] });
      expect((await family.events(member)).slice(-2)).toEqual([
        ...['family.updated ended', 'game.removed sharing_ended'],
      ]);
      expect(await tracesInDatabase(database().db, owner)).toEqual(['erasures: 1']);
    });

    it('frees the place of an erased member, and leaves the owner everything', async () => {
      await erase(member);
      expect(await family.show(owner)).toMatchObject({ members: [] });
      expect(Object.keys(await family.library(owner, games))).toHaveLength(2);
      expect((await family.events(owner)).at(-1)).toBe('family.updated ended');
      expect(await tracesInDatabase(database().db, member)).toEqual(['erasures: 1']);
      expect(await wronglyBorrowed(database())).toEqual([]);
    });

    it('is finished by its repeat when the engine was away', async () => {
      play(member, 0, owner);
      away = true;
      await expect(erase(owner)).rejects.toThrow('away');
      away = false;
      await erase(owner);
      expect(live()).toEqual([]);
      expect(await tracesInDatabase(database().db, owner)).toEqual(['erasures: 1']);
    });

    it('does not keep an owner from removing a member whose erasure is under way', async () => {
      await rememberErasure(database().db, member, TEST_NOW);
      await family.remove(owner, member);
      expect(await family.show(owner)).toMatchObject({ members: [] });
    });
  });
});
