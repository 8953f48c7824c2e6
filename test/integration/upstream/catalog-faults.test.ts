import { status as Status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { fetchGame } from '../../../lib/library/fetch-game.ts';
import { fetchWanted, wantUnknown } from '../../../lib/library/wanted-games.ts';
import { systemClock } from '../../../lib/ports/clock.ts';
import { nothingElse } from '../../../lib/upstream/nothing-else.ts';
import { onEachDatabase } from '../../databases.ts';
import { aheadBy, dying, hanging, startFaultyServices, type FaultyServices } from './faulty-services.ts';

const soon = (): number => Date.now() + 10_000;
const HOUR_MS = 3_600_000;

onEachDatabase('a game that the catalogue does not know', (database) => {
  let services: FaultyServices;
  const unknown = new Set<string>();
  const wrong = uuidv7();

  beforeAll(async () => {
    services = await startFaultyServices(() => database().db, {
      accountOf: () => null,
      gameOf: (game_id) => {
        if (unknown.has(game_id)) return null;
        if (game_id === wrong) return { game_id, title: 'Odd', prices: [{ currency: 'euro', amount_minor: 1 }] };
        return {
          game_id,
          title: 'Late',
          developer: 'Tin Fox',
          genres: ['Adventure'],
          released_on: '2026-02-15',
          prices: [{ currency: 'EUR', amount_minor: 1499, sale_ends_at: { seconds: 1_790_000_000 } }],
          achievements: [
            {
              achievement_id: 'a',
              title: 'A',
              target: 3,
              authority: 'AUTHORITY_SERVER',
              progress: 'PROGRESS_KIND_MAX',
            },
          ],
        };
      },
    });
  });
  afterAll(() => services.close());
  afterEach(() => {
    services.fault = null;
    services.reached.length = 0;
  });

  const clock = systemClock();
  const fetching = (env = {}) => ({ db: database().db, catalog: services.open(env).catalog, clock });
  const entry = (gameId: string) =>
    database().db.selectFrom('catalog_games').where('game_id', '=', gameId).selectAll().executeTakeFirst();

  describe('when it is granted', () => {
    it('is fetched from Catalog, whole, and then known', async () => {
      const gameId = uuidv7();
      const deps = fetching();
      expect([await fetchGame(deps, gameId, soon()), await fetchGame(deps, gameId, soon())]).toEqual([true, true]);
      expect(services.reached).toEqual(['GetGame']);
      expect(await entry(gameId)).toMatchObject({
        title: 'Late',
        developer: 'Tin Fox',
        publisher: null,
        genres: ['Adventure'],
        released_on: '2026-02-15',
        achievements: [{ achievement_id: 'a', target: 3, authority: 'server', progress: 'max', hidden: false }],
        version: 1,
      });
      const prices = await database()
        .db.selectFrom('catalog_prices')
        .where('game_id', '=', gameId)
        .selectAll()
        .execute();
      expect(prices).toMatchObject([
        { currency: 'EUR', amount_minor: 1499, sale_ends_at: new Date(1_790_000_000_000) },
      ]);
    });

    it('does not replace what an event told meanwhile', async () => {
      const gameId = uuidv7();
      services.fault = async () => {
        await database()
          .db.insertInto('catalog_games')
          .values({
            game_id: gameId,
            title: 'Told by an event',
            genres: [],
            achievements: '[]',
            developer: null,
            publisher: null,
            description: null,
            cover_url: null,
            released_on: null,
            updated_at: new Date(),
          })
          .execute();
      };
      await expect(fetchGame(fetching(), gameId, soon())).resolves.toBe(true);
      expect(await entry(gameId)).toMatchObject({ title: 'Told by an event' });
    });

    it('is unknown when Catalog does not know it either', async () => {
      const gameId = uuidv7();
      unknown.add(gameId);
      await expect(fetchGame(fetching(), gameId, soon())).resolves.toBe(false);
    });

    it('is UNAVAILABLE by the deadline while Catalog hangs, and when its entry is not usable', async () => {
      services.fault = hanging;
      await expect(fetchGame(fetching(), uuidv7(), Date.now() + 200)).rejects.toMatchObject({ type: 'UNAVAILABLE' });
      services.fault = null;
      await expect(fetchGame(fetching(), wrong, soon())).rejects.toMatchObject({ type: 'UNAVAILABLE' });
    });
  });

  describe('when it was bought', () => {
    const want = (gameIds: readonly string[]) =>
      database()
        .db.transaction()
        .execute((transaction) => wantUnknown(transaction, gameIds, Date.now()));
    const wanted = () => database().db.selectFrom('wanted_games').selectAll().execute();
    afterEach(() =>
      database()
        .db.deleteFrom('wanted_games')
        .execute()
        .then(() => undefined),
    );

    it('is noted once, and known games are not', async () => {
      const [late, known] = [uuidv7(), uuidv7()];
      await fetchGame(fetching(), known, soon());
      await want([late, known, late]);
      await want([late]);
      expect(await wanted()).toMatchObject([{ game_id: late, attempts: 0 }]);
    });

    it('is fetched in the background, and asked for no more', async () => {
      const late = uuidv7();
      await want([late]);
      await expect(fetchWanted(fetching(), 10)).resolves.toEqual({ due: 1, known: 1 });
      expect([await entry(late), await wanted()]).toMatchObject([{ title: 'Late' }, []]);
    });

    it('waits for a Catalog that is away, longer each time, and holds up no other', async () => {
      const [late, other] = [uuidv7(), uuidv7()];
      await want([late]);
      services.fault = dying(Status.UNAVAILABLE);
      await expect(fetchWanted(fetching(), 10)).resolves.toEqual({ due: 1, known: 0 });
      await expect(fetchWanted(fetching(), 10)).resolves.toEqual({ due: 0, known: 0 });
      services.fault = null;
      await want([other]);
      await expect(fetchWanted(fetching(), 10)).resolves.toEqual({ due: 1, known: 1 });
      const later = { ...fetching(), clock: aheadBy(() => HOUR_MS) };
      await expect(fetchWanted(later, 10)).resolves.toEqual({ due: 1, known: 1 });
      expect(await wanted()).toEqual([]);
    });

    it('is given up when nobody tells of it for very long', async () => {
      const late = uuidv7();
      await want([late]);
      await database().db.updateTable('wanted_games').set({ attempts: 199 }).execute();
      const nowhere = { db: database().db, catalog: nothingElse, clock };
      await expect(fetchWanted(nowhere, 10)).resolves.toEqual({ due: 1, known: 0 });
      expect(await wanted()).toEqual([]);
    });
  });
});
