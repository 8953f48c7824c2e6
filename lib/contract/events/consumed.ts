import Type from 'typebox';
import type { TSchema } from 'typebox';
import { GameBody } from '../admin.ts';
import { DeviceId, GameId, text, UserId } from '../fields.ts';
import type { DataOf, EventType } from './event-type.ts';

/**
 * What the service listens to. Producers may add members: what is not named here is let through and ignored.
 * Keyed by user id; events of the catalogue by game id.
 */
function open<Properties extends Record<string, TSchema>>(properties: Properties) {
  return Type.Object(properties);
}

const order = text('The order or refund, for the audit log', 100, { minLength: 1, example: 'order-4711' });
const games = Type.Array(GameId, { minItems: 1, maxItems: 500, description: 'Every game of the order' });

const purchaseCompleted = {
  type: 'payment.purchase.completed',
  topic: 'payment-events',
  description: 'A user paid for games, or was given them: they belong to the library from now on.',
  data: open({
    user_id: UserId,
    order_id: order,
    game_ids: games,
    source: Type.Optional(
      Type.Enum(['purchase', 'gift', 'subscription'], { type: 'string', description: 'Default: purchase' }),
    ),
  }),
} as const satisfies EventType;

const refundCompleted = {
  type: 'payment.refund.completed',
  topic: 'payment-events',
  description: 'A purchase was taken back: access ends, live sessions too; playtime and saves stay.',
  data: open({ user_id: UserId, order_id: order, game_ids: games }),
} as const satisfies EventType;

const gameUpdated = {
  type: 'catalog.game.updated',
  topic: 'catalog-events',
  description: "The whole catalogue entry of a game: metadata, prices, achievement definitions. Replaces the cache's.",
  data: open({ game_id: GameId, game: GameBody }),
} as const satisfies EventType;

const ofInstallation = { user_id: UserId, game_id: GameId, device_id: DeviceId };

const gameInstalled = {
  type: 'download.game.installed',
  topic: 'download-events',
  description: 'A game is installed on a device, or being updated there.',
  data: open({
    ...ofInstallation,
    status: Type.Optional(Type.Enum(['installed', 'updating'], { type: 'string', description: 'Default: installed' })),
    version: Type.Optional(text('The installed version, as the developer names it', 100, { example: '1.4.2' })),
  }),
} as const satisfies EventType;

const gameUninstalled = {
  type: 'download.game.uninstalled',
  topic: 'download-events',
  description: 'A game was removed from a device.',
  data: open(ofInstallation),
} as const satisfies EventType;

const userDeleted = {
  type: 'account.user.deleted',
  topic: 'account-events',
  description: 'The account is gone: so is everything the library knows of the user.',
  data: open({ user_id: UserId }),
} as const satisfies EventType;

export const CONSUMED_EVENTS = [
  ...([purchaseCompleted, refundCompleted] as const),
  gameUpdated,
  ...([gameInstalled, gameUninstalled] as const),
  userDeleted,
] as const;

type Consumed = (typeof CONSUMED_EVENTS)[number];
export type ConsumedType = Consumed['type'];
export type ConsumedData<Type extends ConsumedType> = DataOf<Extract<Consumed, { type: Type }>>;

export const CONSUMED_TOPICS: readonly string[] = [...new Set(CONSUMED_EVENTS.map(({ topic }) => topic))];
