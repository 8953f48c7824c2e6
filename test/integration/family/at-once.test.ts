import { expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { rememberErasure } from '../../../lib/erasure/erased-users.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';
import { families, wronglyBorrowed } from '../../family.ts';

const ROUNDS = 15;

/** Random steps seldom meet in these moments. */
onEachDatabase('what happens to a family at the same moment', (database) => {
  it('leaves no purchase, exclusion or refund unseen by a member who joins', async () => {
    const family = families(database());
    const games = await family.games(6);
    for (let round = 0; round < ROUNDS; round += 1) {
      const [owner, member] = [uuidv7(), uuidv7()];
      for (const game of games.slice(0, 3)) await family.buy(owner, game);
      await family.invite(owner, member);
      await Promise.all([
        ...games.slice(3).map((game) => family.buy(owner, game)),
        family.refund(owner, games[0] ?? ''),
        family.exclude(owner, games[1] ?? ''),
        family.accept(member, owner),
      ]);
      expect(await wronglyBorrowed(database())).toEqual([]);
      expect(Object.keys(await family.library(member, games))).toHaveLength(4);
    }
  });

  it("leaves a member with what one owner lends when another ends it, or with the member's own", async () => {
    const family = families(database());
    const games = await family.games(3);
    for (let round = 0; round < ROUNDS; round += 1) {
      const [owner, other, member] = [uuidv7(), uuidv7(), uuidv7()];
      for (const game of games) {
        await family.buy(owner, game);
        await family.buy(other, game);
      }
      await family.share(owner, member);
      await family.invite(other, member);
      await family.buy(member, games[0] ?? '');
      await Promise.all([
        family.remove(owner, member),
        family.accept(member, other),
        family.refund(member, games[0] ?? ''),
        family.buy(member, games[1] ?? ''),
        family.refund(other, games[2] ?? ''),
      ]);
      expect(await wronglyBorrowed(database())).toEqual([]);
      expect(await family.library(member, games)).toEqual({ 0: [other], 1: 'purchase, shared with 0' });
    }
  });

  it('never refuses an owner a purchase because a member is being erased', async () => {
    const family = families(database());
    const games = await family.games(4);
    for (let round = 0; round < ROUNDS; round += 1) {
      const [owner, member] = [uuidv7(), uuidv7()];
      await family.share(owner, member);
      await Promise.all([
        ...games.map((game) => family.buy(owner, game)),
        rememberErasure(database().db, member, TEST_NOW),
      ]);
      // Nor afterwards, while the erasure has not come to the family yet.
      await family.refund(owner, games[0] ?? '');
      await family.remove(owner, member);
    }
  });
});
