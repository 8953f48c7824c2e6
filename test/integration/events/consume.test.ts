import { beforeAll, describe, expect, it } from '@jest/globals';
import type { GameBody } from '../../../lib/contract/admin.ts';
import type { ConsumedData, ConsumedType } from '../../../lib/contract/events/consumed.ts';
import { rememberErasure } from '../../../lib/erasure/erased-users.ts';
import { consume } from '../../../lib/events/consume.ts';
import { reactions } from '../../../lib/events/reactions.ts';
import { hasAccess } from '../../../lib/library/access.ts';
import { putGame } from '../../../lib/library/catalog.ts';
import type { OutgoingMessage } from '../../../lib/ports/event-bus.ts';
import { keyToUuid } from '../../../lib/uuid.ts';
import { addWish } from '../../../lib/wishlist/change-wishes.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';
import { eventsOf } from '../../event-schemas.ts';
import { arrived, platformEvent } from '../../platform-events.ts';
import { id } from '../../playtime-rows.ts';
import { IDLE_ACTOR } from '../../idle-actor.ts';

const GAMES = [1, 2, 3].map((n) => id(n, 'game'));
const [GAME = '', OTHER_GAME = ''] = GAMES;
const DEVICE = id(1, 'device');

let users = 5_000;
const newUser = (): string => id((users += 1), 'user');

onEachDatabase('taking in what happens on the platform', (database) => {
  const revoked: string[] = [];
  const erased: string[] = [];
  let failing = false;
  const ports = {
    actorOf: (userId: string) => ({
      ...IDLE_ACTOR,
      revoke: async (gameId: Parameters<typeof keyToUuid>[0]) => {
        if (failing) throw new Error('the engine is away');
        revoked.push(`${userId} ${keyToUuid(gameId)}`);
      },
    }),
    erase: async (userId: string) => void erased.push(userId),
  };
  const take = (message: OutgoingMessage) =>
    consume(database().db, arrived(message), TEST_NOW, reactions({ db: database().db, ...ports }));
  const tell = <Type extends ConsumedType>(type: Type, data: ConsumedData<Type>, eventId?: string) =>
    take(platformEvent(type, data, eventId));
  const typesOf = async (userId: string) => (await eventsOf(database().db, userId)).map(({ type }) => type);

  beforeAll(async () => {
    for (const [n, game] of GAMES.entries()) await putGame(database().db, game, { title: `Game ${n}` }, TEST_NOW);
  });

  describe('a purchase', () => {
    const order = (user_id: string, game_ids: string[] = [GAME]) => ({ user_id, game_ids, order_id: 'order-1' });

    it('puts its games into the library, takes them off the wishlist, and says so', async () => {
      const user = newUser();
      await addWish({ db: database().db, userId: user, now: TEST_NOW }, { game_id: GAME });
      expect(await tell('payment.purchase.completed', order(user, [GAME, OTHER_GAME]))).toBe('applied');
      expect(await hasAccess(database().db, user, GAME)).toBe(true);
      expect(await hasAccess(database().db, user, OTHER_GAME)).toBe(true);
      expect(await typesOf(user)).toEqual([
        'library.wishlist.item.added',
        'library.game.added',
        'library.wishlist.item.removed',
        'library.game.added',
      ]);
    });

    it('does nothing when it is delivered again', async () => {
      const user = newUser();
      expect(await tell('payment.purchase.completed', order(user), 'e1')).toBe('applied');
      expect(await tell('payment.purchase.completed', order(user), 'e1')).toBe('duplicate');
      expect(await typesOf(user)).toEqual(['library.game.added']);
    });

    it('is taken in once when it is delivered twice at the same time', async () => {
      const user = newUser();
      const taken = await Promise.all([1, 2, 3].map(() => tell('payment.purchase.completed', order(user), 'e2')));
      expect(taken.sort()).toEqual(['applied', 'duplicate', 'duplicate']);
      expect(await typesOf(user)).toEqual(['library.game.added']);
    });

    it('counts also of a game that the catalogue has not told of yet', async () => {
      const user = newUser();
      const unknown = id(99, 'game');
      await tell('payment.purchase.completed', order(user, [unknown]));
      expect(await hasAccess(database().db, user, unknown)).toBe(true);
    });

    it('of a user who was erased changes nothing, and does not come again', async () => {
      const user = newUser();
      await rememberErasure(database().db, user, TEST_NOW);
      expect(await tell('payment.purchase.completed', order(user), 'late')).toBe('erased');
      expect(await tell('payment.purchase.completed', order(user), 'late')).toBe('duplicate');
      expect(await hasAccess(database().db, user, GAME)).toBe(false);
    });
  });

  describe('a refund', () => {
    it('ends access, and the live sessions of the game', async () => {
      const user = newUser();
      await tell('payment.purchase.completed', { user_id: user, game_ids: [GAME], order_id: 'o' });
      expect(await tell('payment.refund.completed', { user_id: user, game_ids: [GAME], order_id: 'o' })).toBe(
        'applied',
      );
      expect(await hasAccess(database().db, user, GAME)).toBe(false);
      expect(revoked).toContain(`${user} ${GAME}`);
      expect(await typesOf(user)).toEqual(['library.game.added', 'library.game.removed']);
    });

    it('is finished by its next delivery when the engine did not answer the first time', async () => {
      const user = newUser();
      await tell('payment.purchase.completed', { user_id: user, game_ids: [GAME], order_id: 'o' });
      const refund = () => tell('payment.refund.completed', { user_id: user, game_ids: [GAME], order_id: 'o' }, 'r1');
      failing = true;
      await expect(refund()).rejects.toThrow('the engine is away');
      failing = false;
      expect(revoked).not.toContain(`${user} ${GAME}`);
      expect(await refund()).toBe('finished');
      expect(revoked).toContain(`${user} ${GAME}`);
      expect(await refund()).toBe('duplicate');
    });
  });

  it('keeps the catalogue as it is told', async () => {
    const game: GameBody = { title: 'Renamed', prices: [{ currency: 'EUR', amount_minor: 999 }] };
    await tell('catalog.game.updated', { game_id: id(50, 'game'), game });
    const row = await database()
      .db.selectFrom('catalog_games')
      .select(['title', 'version'])
      .where('game_id', '=', id(50, 'game'))
      .executeTakeFirst();
    expect(row).toEqual({ title: 'Renamed', version: 1 });
  });

  it('knows on which device a game is installed, and when it no longer is', async () => {
    const user = newUser();
    const where = { user_id: user, game_id: GAME, device_id: DEVICE };
    const installed = () =>
      database()
        .db.selectFrom('game_installations')
        .select(['status', 'version'])
        .where('user_id', '=', user)
        .execute();
    await tell('download.game.installed', { ...where, version: '1.4.2' });
    expect(await installed()).toEqual([{ status: 'installed', version: '1.4.2' }]);
    await tell('download.game.installed', { ...where, status: 'updating', version: '1.5.0' });
    expect(await installed()).toEqual([{ status: 'updating', version: '1.5.0' }]);
    await tell('download.game.uninstalled', where);
    expect(await installed()).toEqual([]);
    expect(await typesOf(user)).toEqual(Array(3).fill('library.game.updated'));
  });

  it('erases the user whose account is gone', async () => {
    const user = newUser();
    expect(await tell('account.user.deleted', { user_id: user })).toBe('applied');
    expect(erased).toEqual([user]);
  });

  it('leaves types alone that it has no use for', async () => {
    const message = platformEvent('payment.purchase.completed', {
      user_id: newUser(),
      game_ids: [GAME],
      order_id: 'o',
    });
    const other = message.value.replace('payment.purchase.completed', 'payment.card.expired');
    expect(await take({ ...message, value: other })).toBe('ignored');
  });

  describe('what nobody could process', () => {
    const good = platformEvent('payment.purchase.completed', { user_id: newUser(), game_ids: [GAME], order_id: 'o' });
    it.each([
      ['no JSON', { ...good, value: 'oops' }, /no CloudEvent: .*JSON/],
      ['no CloudEvent', { ...good, value: '{"id":"1"}' }, /no CloudEvent/],
      ['no data', { ...good, value: good.value.replace('"data"', '"date"') }, /data/],
      [
        'a user id that is none',
        { ...good, value: good.value.replace(/"user_id":"[^"]+"/, '"user_id":"bob"') },
        /user_id/,
      ],
      ['no games', { ...good, value: good.value.replace(/"game_ids":\[[^\]]*\]/, '"game_ids":[]') }, /game_ids/],
    ])('is poison at once, with its reason: %s', async (_what, message, reason) => {
      await expect(take(message)).rejects.toMatchObject({
        name: 'PoisonMessage',
        reason: expect.stringMatching(reason) as unknown,
      });
    });

    it('includes what the rules refuse', async () => {
      const twice = { currency: 'EUR', amount_minor: 1 };
      const refused = tell('catalog.game.updated', {
        game_id: id(51, 'game'),
        game: { title: 'Odd', prices: [twice, twice] },
      });
      await expect(refused).rejects.toMatchObject({
        name: 'PoisonMessage',
        reason: expect.stringMatching(/^VALIDATION_ERROR: prices/) as unknown,
      });
    });
  });

  it('reads events in binary mode, too', async () => {
    const user = newUser();
    const taken = await take({
      topic: 'payment-events',
      key: user,
      value: JSON.stringify({ user_id: user, game_ids: [GAME], order_id: 'o' }),
      headers: {
        'content-type': 'application/json',
        ce_id: 'b1',
        ce_source: '/test',
        ce_specversion: '1.0',
        ce_type: 'payment.purchase.completed',
        ce_time: '2026-03-01T18:30:00Z',
      },
    });
    expect(taken).toBe('applied');
    expect(await hasAccess(database().db, user, GAME)).toBe(true);
  });
});
