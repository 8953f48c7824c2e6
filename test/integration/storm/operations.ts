import { v7 as uuidv7 } from 'uuid';
import { familyOperations } from './family-operations.ts';
import { ACHIEVEMENTS, ADMIN, DEVICES, erasing, game, GAMES, nextRows, USERS, type World } from './world.ts';
import { reportProgress } from '../../../lib/achievements/report-progress.ts';
import { unlock } from '../../../lib/achievements/unlock.ts';
import type { ConsumedData, ConsumedType } from '../../../lib/contract/events/consumed.ts';
import { consume } from '../../../lib/events/consume.ts';
import { finishErasures } from '../../../lib/erasure/erase-user.ts';
import { grantGame, revokeGame } from '../../../lib/library/access.ts';
import { putGame } from '../../../lib/library/catalog.ts';
import { createCategory, listCategories, patchCategory, removeCategory } from '../../../lib/library/categories.ts';
import { listLibrary } from '../../../lib/library/list-library.ts';
import { patchGame } from '../../../lib/library/marks.ts';
import type { IfMatch } from '../../../lib/precondition.ts';
import { correctSession } from '../../../lib/playtime/correct-session.ts';
import { reportOffline } from '../../../lib/playtime/report-offline.ts';
import { deleteSettings, putSettings } from '../../../lib/settings/game-settings.ts';
import { rollbackSettings } from '../../../lib/settings/settings-history.ts';
import { announceDiscounts } from '../../../lib/wishlist/announce-discounts.ts';
import { addWish, patchWish, removeWish } from '../../../lib/wishlist/change-wishes.ts';
import { reorderWishlist } from '../../../lib/wishlist/order.ts';
import { keyToUuid } from '../../../lib/uuid.ts';
import { arrived, platformEvent } from '../../platform-events.ts';

export type { World };
export type Operation = (world: World) => () => Promise<unknown>;

const HOUR_MS = 3_600_000;

/** With the weight that each is drawn with. An operation draws all that it asks for before it begins. */
const OPERATIONS: readonly (readonly [name: string, weight: number, operation: Operation])[] = [
  [
    'grant',
    5,
    (world) => {
      const { userId, gameId } = target(world);
      const change = { db: world.database.db, caller: ADMIN, userId, now: world.now() };
      return () => grantGame(change, { game_id: gameId, source: 'gift' });
    },
  ],
  [
    'revoke',
    3,
    (world) => {
      const { userId, gameId } = target(world);
      const change = { db: world.database.db, caller: ADMIN, userId, now: world.now() };
      return () => revokeGame(change, world.actorOf, gameId);
    },
  ],
  [
    'purchase',
    10,
    (world) => {
      const data = { user_id: target(world).userId, order_id: uuidv7(), game_ids: someGames(world) };
      return event(world, 'payment.purchase.completed', data);
    },
  ],
  [
    'refund',
    6,
    (world) => {
      const data = { user_id: target(world).userId, order_id: uuidv7(), game_ids: someGames(world) };
      return event(world, 'payment.refund.completed', data);
    },
  ],
  [
    'install',
    3,
    (world) => {
      const { userId, gameId, deviceId } = target(world);
      const data = { user_id: userId, game_id: gameId, device_id: deviceId };
      return world.random.chance(0.6)
        ? event(world, 'download.game.installed', { ...data, version: String(world.random.between(1, 3)) })
        : event(world, 'download.game.uninstalled', data);
    },
  ],
  [
    'mark',
    8,
    (world) => {
      const { random, categories } = world;
      const { userId, gameId } = target(world);
      const known = (categories.get(userId) ?? []).filter(() => random.chance(0.5));
      const patch = random.chance(0.5)
        ? { favorite: random.chance(0.5), notes: String(random.between(1, 9)) }
        : { category_ids: known };
      return () => patchGame(listContext(world, userId), gameId, patch, staleOrNot(world));
    },
  ],
  [
    'category',
    5,
    (world) => {
      const { random, categories } = world;
      const { userId } = target(world);
      const known = categories.get(userId) ?? [];
      const name = `Category ${random.between(1, 20)}`;
      const context = listContext(world, userId);
      if (known.length === 0 || random.chance(0.4)) {
        return async () => {
          const { category_id } = await createCategory(context, { name });
          categories.set(userId, [...(categories.get(userId) ?? []), category_id]);
        };
      }
      const categoryId = random.pick(known);
      if (random.chance(0.5)) return () => patchCategory(context, categoryId, { name }, staleOrNot(world));
      return () => removeCategory(context, categoryId);
    },
  ],
  [
    'unlock',
    6,
    (world) => {
      const { random } = world;
      const { userId, gameId } = target(world);
      const { achievement_id } = random.pick(ACHIEVEMENTS);
      return () => unlock(reportContext(world, userId), reporter(world, userId), { game_id: gameId, achievement_id });
    },
  ],
  [
    'progress',
    8,
    (world) => {
      const { random } = world;
      const { userId, gameId } = target(world);
      const report = random.chance(0.5)
        ? { achievement_id: 'steps', increment: random.between(1, 3) }
        : { achievement_id: 'high', value: random.between(1, 110) };
      return () =>
        reportProgress(reportContext(world, userId), reporter(world, userId), { game_id: gameId, ...report });
    },
  ],
  [
    'wish',
    12,
    (world) => {
      const { random } = world;
      const { userId, gameId } = target(world);
      const context = { db: world.database.db, userId, now: world.now() };
      const kind = random.between(1, 10);
      if (kind <= 5) return () => addWish(context, { game_id: gameId, notify: { on_sale: random.chance(0.8) } });
      if (kind <= 7) return () => patchWish(context, gameId, { priority: random.between(1, 5) }, staleOrNot(world));
      if (kind === 8) return () => removeWish(context, gameId, staleOrNot(world));
      return async () => {
        const rows = await world.database.db
          .selectFrom('wishlists')
          .select('game_id')
          .where('user_id', '=', userId)
          .orderBy('position')
          .execute();
        const game_ids = rows.map(({ game_id }) => game_id).toReversed();
        await reorderWishlist(context, { game_ids }, null);
      };
    },
  ],
  [
    'settings',
    6,
    (world) => {
      const { random } = world;
      const { userId, gameId, deviceId } = target(world);
      const of = { db: world.database.db, userId, gameId, deviceId: random.chance(0.5) ? deviceId : null };
      const context = { ...of, now: world.now() };
      const version = random.between(1, 6);
      if (random.chance(0.6)) return () => putSettings(context, `{"volume":${version}}`, '*');
      if (random.chance(0.6)) return () => putSettings(context, `{"volume":${version}}`, null);
      return random.chance(0.7)
        ? () => rollbackSettings(context, version, null)
        : () => deleteSettings(context, staleOrNot(world));
    },
  ],
  [
    'flush',
    6,
    (world) => {
      const rows = nextRows(world, world.random.between(5, 60));
      return () => world.flush(rows);
    },
  ],
  [
    'offline',
    3,
    (world) => {
      const { userId, gameId, deviceId } = target(world);
      const hours = world.random.between(20, 60);
      const now = world.now();
      const session = {
        client_session_id: `offline-${world.random.between(1, 20)}`,
        game_id: gameId,
        device_id: deviceId,
        started_at: new Date(now - (hours + 1) * HOUR_MS).toISOString(),
        ended_at: new Date(now - hours * HOUR_MS).toISOString(),
      };
      const context = { db: world.database.db, actor: world.actorOf(userId), userId, now, notTold: fail };
      return () => reportOffline(context, { sessions: [session] });
    },
  ],
  [
    'correct',
    3,
    (world) => {
      const ended = [...world.sessions.values()].filter((row) => row.ended !== null);
      if (ended.length === 0) return () => Promise.resolve();
      const row = world.random.pick(ended);
      const userId = keyToUuid(row.userId);
      const of = { db: world.database.db, actor: world.actorOf(userId), caller: ADMIN, userId };
      const body = { credited_seconds: world.random.between(0, 30), reason: 'storm' };
      return () => correctSession({ ...of, now: world.now(), notTold: fail }, keyToUuid(row.sessionId), body);
    },
  ],
  [
    'price',
    4,
    (world) => {
      const { random } = world;
      const n = random.between(0, GAMES.length - 1);
      const body = game(n, random.between(500, 2500));
      const gameId = GAMES[n]!;
      if (random.chance(0.5)) return () => putGame(world.database.db, gameId, body, world.now());
      return event(world, 'catalog.game.updated', { game_id: gameId, game: body });
    },
  ],
  ['announce', 4, (world) => () => announceDiscounts(world.database.db, world.now(), 1_000)],
  [
    'list',
    4,
    (world) => {
      const { userId } = target(world);
      const query = { sort: 'title', order: 'asc', limit: 50 } as const;
      return () =>
        Promise.all([listLibrary(listContext(world, userId), query), listCategories(listContext(world, userId))]);
    },
  ],
  [
    'erase',
    1,
    (world) => {
      const left = USERS.filter((user) => !world.erased.has(user));
      // Some must stay whose events and sums can be looked at.
      if (left.length <= 24) return () => Promise.resolve();
      return event(world, 'account.user.deleted', { user_id: world.random.pick(left) });
    },
  ],
  ...familyOperations(target),
  ['finish', 1, (world) => () => finishErasures(erasing(world, HOUR_MS), world.actorOf)],
];

const DRAWN = OPERATIONS.flatMap(([name, weight, operation]) =>
  Array.from({ length: weight }, () => ({ name, operation })),
);

export const OPERATION_NAMES = OPERATIONS.map(([name]) => name);

/** The next operation of the storm, drawn but not begun. */
export function nextOperation(world: World): { readonly name: string; readonly run: () => Promise<unknown> } {
  const { name, operation } = world.random.pick(DRAWN);
  return { name, run: operation(world) };
}

function target({ random }: World) {
  // Half of everything happens to five users.
  const userId = random.chance(0.5) ? USERS[random.between(0, 4)]! : random.pick(USERS);
  return { userId, gameId: random.pick(GAMES), deviceId: random.pick(DEVICES) };
}

function someGames({ random }: World): string[] {
  const games = Array.from({ length: random.between(1, 4) }, () => random.pick(GAMES));
  return random.chance(0.5) ? games.toReversed() : games.map((gameId) => gameId.toUpperCase());
}

function staleOrNot({ random }: World): IfMatch {
  return random.chance(0.6) ? null : random.chance(0.5) ? '*' : random.between(1, 4);
}

function listContext(world: World, userId: string) {
  return { database: world.database, userId, now: world.now() };
}

function reportContext(world: World, userId: string) {
  return { db: world.database.db, caller: { userId, roles: ['user'] as const }, userId, now: world.now() };
}

function reporter(world: World, userId: string) {
  return world.random.chance(0.5)
    ? ({ kind: 'player', actor: world.actorOf(userId) } as const)
    : ({ kind: 'service' } as const);
}

/** The event arrives once, or twice at once as after a rebalance. */
function event<Type extends ConsumedType>(world: World, type: Type, data: ConsumedData<Type>): () => Promise<unknown> {
  const message = arrived(platformEvent(type, data));
  const deliveries = world.random.chance(0.2) ? 2 : 1;
  return () =>
    Promise.all(
      Array.from({ length: deliveries }, () => consume(world.database.db, message, world.now(), world.reactions)),
    );
}

function fail(error: unknown): void {
  throw error;
}
