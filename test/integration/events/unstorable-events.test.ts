import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import type { GameBody } from '../../../lib/contract/admin.ts';
import type { ConsumedData, ConsumedType } from '../../../lib/contract/events/consumed.ts';
import { consume } from '../../../lib/events/consume.ts';
import { reactions } from '../../../lib/events/reactions.ts';
import { hasAccess } from '../../../lib/library/access.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';
import { arrived, platformEvent } from '../../platform-events.ts';
import { id } from '../../playtime-rows.ts';
import { IDLE_ACTOR } from '../../idle-actor.ts';

const GAME = id(9_001, 'game');
const HALF_A_PAIR = '\ud800';
/** What the contract cannot know of. */
const DATABASE = /^the database cannot hold it: /;

/** Tried again for ever, each of these would hold up its partition for ever. */
onEachDatabase('an event that the database cannot hold', (database) => {
  const ports = { actorOf: () => IDLE_ACTOR, erase: async () => undefined };
  const tell = <Type extends ConsumedType>(type: Type, data: ConsumedData<Type>, eventId?: string) =>
    consume(
      database().db,
      arrived(platformEvent(type, data, eventId)),
      TEST_NOW,
      reactions({ db: database().db, ...ports }),
    );
  const order = (user_id: string, order_id = 'o') => ({ user_id, game_ids: [GAME], order_id });
  const put = (members: Partial<GameBody>) =>
    tell('catalog.game.updated', { game_id: GAME, game: { title: 'T', ...members } });
  const achievement = { achievement_id: 'x', title: HALF_A_PAIR, description: '', hidden: false, target: 1 };
  const user = id(9_001, 'user');

  it.each([
    ['U+0000 in its id', () => tell('payment.purchase.completed', order(user), 'a\u0000b'), DATABASE],
    [
      'an id of kilobytes',
      () => tell('payment.purchase.completed', order(user), randomBytes(6_000).toString('hex')),
      DATABASE,
    ],
    [
      'half a surrogate pair for the audit log',
      () => tell('payment.purchase.completed', order(user, HALF_A_PAIR)),
      /^order_id: /,
    ],
    [
      'half a surrogate pair in an achievement',
      () => put({ achievements: [achievement] }),
      /^game.achievements.0.title: /,
    ],
    ['a day in the year 0', () => put({ released_on: '0000-01-01' }), /^game.released_on: /],
  ])('is poison at once, and leaves nothing behind: %s', async (_what, take, because) => {
    await expect(take()).rejects.toMatchObject({
      name: 'PoisonMessage',
      reason: expect.stringMatching(because) as unknown,
    });
    expect(await hasAccess(database().db, user, GAME)).toBe(false);
  });
});
