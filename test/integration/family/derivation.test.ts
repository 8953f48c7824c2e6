import { afterEach, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { eraseUser } from '../../../lib/erasure/erase-user.ts';
import { rememberErasure } from '../../../lib/erasure/erased-users.ts';
import { LibraryError } from '../../../lib/errors.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';
import { families, lopsidedLinks, wronglyBorrowed } from '../../family.ts';
import { IDLE_ACTOR } from '../../idle-actor.ts';

const USERS = 5;
const GAMES = 4;

const KINDS = [
  ...(['buy', 'buy', 'gift', 'subscribe', 'refund', 'refund', 'exclude', 'include'] as const),
  ...(['share', 'share', 'invite', 'accept', 'close', 'remove', 'leave', 'erase'] as const),
];
const step = fc.record({
  kind: fc.constantFrom(...KINDS),
  user: fc.nat(USERS - 1),
  other: fc.nat(USERS - 1),
  game: fc.nat(GAMES - 1),
});
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** What the rules may refuse; anything else, a deadlock above all, is a failure. */
const REFUSALS = [
  ...['NOT_FOUND', 'GAME_NOT_IN_LIBRARY', 'ALREADY_IN_FAMILY', 'FAMILY_FULL', 'TOO_MANY_FAMILIES', 'USER_ERASED'],
  ...['VALIDATION_ERROR', 'TOO_MANY_INVITATIONS'],
];

onEachDatabase('what members borrow', (database) => {
  afterEach(async () => {
    // Every run has its own users; what the last ones left would be counted with the next.
    await database().db.deleteFrom('family_sharing_links').execute();
    await database().db.deleteFrom('user_libraries').execute();
  });

  async function world() {
    const family = families(database());
    const users = Array.from({ length: USERS }, () => uuidv7()).sort();
    const games = await family.games(GAMES);
    const { db } = database();
    const erase = async (userId: string): Promise<void> => {
      await rememberErasure(db, userId, TEST_NOW);
      await eraseUser({ db, saves: { urlSeconds: 900 }, now: TEST_NOW }, () => IDLE_ACTOR, userId);
    };
    return async ({ kind, user, other, game }: Step): Promise<void> => {
      const [userId = '', otherId = '', gameId = ''] = [users[user], users[other], games[game]];
      const does: Record<Step['kind'], () => Promise<unknown>> = {
        buy: () => family.buy(userId, gameId),
        gift: () => family.buy(userId, gameId, 'gift'),
        subscribe: () => family.buy(userId, gameId, 'subscription'),
        refund: () => family.refund(userId, gameId),
        exclude: () => family.exclude(userId, gameId),
        include: () => family.include(userId, gameId),
        share: () => family.share(userId, otherId),
        invite: () => family.invite(userId, otherId),
        accept: () => family.accept(userId, otherId),
        close: () => family.close(userId, otherId),
        remove: () => family.remove(userId, otherId),
        leave: () => family.leave(userId, otherId),
        erase: () => erase(userId),
      };
      try {
        await does[kind]();
      } catch (error) {
        if (!(error instanceof LibraryError) || !REFUSALS.includes(error.type)) throw error;
      }
    };
  }

  it('equals what is lent to them after each of any steps', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const take = await world();
        for (const each of steps) {
          await take(each);
          expect(await wronglyBorrowed(database())).toEqual([]);
        }
        expect(await lopsidedLinks(database())).toEqual([]);
      }),
      { numRuns: 10, endOnFailure: true },
    );
  });

  it('equals what is lent to them when all steps are taken at once, and nobody waits in a circle', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 60, maxLength: 120 }), async (steps) => {
        const take = await world();
        // As many at once as there are connections, each going on with the next step when it is done.
        const left = [...steps];
        const walk = async (): Promise<void> => {
          for (let each = left.shift(); each !== undefined; each = left.shift()) await take(each);
        };
        await Promise.all(Array.from({ length: 8 }, walk));
        expect(await wronglyBorrowed(database())).toEqual([]);
        expect(await lopsidedLinks(database())).toEqual([]);
      }),
      { numRuns: 6, endOnFailure: true },
    );
  });
});
