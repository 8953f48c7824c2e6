import Type from 'typebox';
import { END_REASONS } from '../../ports/playtime-sink.ts';
import { choice, closed, DeviceId, GameId, nullable, seconds, SessionId, timestamp, UserId } from '../fields.ts';
import { AcquisitionSource } from '../library.ts';
import type { DataOf, EventType } from './event-type.ts';

/** What the service tells the platform. Keyed by user id; each topic keeps the order of a user's events. */

const ofGame = { user_id: UserId, game_id: GameId };
const ofSession = { ...ofGame, session_id: SessionId, device_id: DeviceId };
const achievementId = Type.String({ minLength: 1, maxLength: 64, examples: ['first-light'] });
const money = (description: string) => Type.Integer({ minimum: 0, description, examples: [999] });

const gameAdded = {
  type: 'library.game.added',
  topic: 'library-events',
  description: 'A user got access to a game.',
  data: closed({ ...ofGame, source: AcquisitionSource, acquired_at: timestamp('When') }),
} as const satisfies EventType;

const gameRemoved = {
  type: 'library.game.removed',
  topic: 'library-events',
  description: "A user's access to a game ended.",
  data: closed({ ...ofGame, reason: choice(['refunded', 'revoked', 'sharing_ended'], 'Why') }),
} as const satisfies EventType;

const gameUpdated = {
  type: 'library.game.updated',
  topic: 'library-events',
  description: "A user's marks, categories or installations of a game, its settings, or who shares it changed.",
  data: closed({
    ...ofGame,
    changed: Type.Array(choice(['marks', 'categories', 'install_status', 'settings', 'sharing'], 'What'), {
      minItems: 1,
    }),
  }),
} as const satisfies EventType;

const familyUpdated = {
  type: 'library.family.updated',
  topic: 'library-events',
  description: 'Who shares games with a user changed. Told to both sides; with whom, the API says.',
  data: closed({
    user_id: UserId,
    role: choice(['lends', 'borrows'], 'What the user does, or would do'),
    link: choice(
      ['invited', 'accepted', 'invitation_closed', 'ended'],
      'invitation_closed: withdrawn or declined; ended: removed or left',
    ),
  }),
} as const satisfies EventType;

const achievementUnlocked = {
  type: 'library.achievement.unlocked',
  topic: 'achievement-events',
  description: 'A user unlocked an achievement.',
  data: closed({
    ...ofGame,
    achievement_id: achievementId,
    unlocked_at: timestamp('When it was reached'),
    offline: Type.Boolean({ description: 'Reached without a connection and reported later' }),
  }),
} as const satisfies EventType;

const achievementProgress = {
  type: 'library.achievement.progress',
  topic: 'achievement-events',
  description: 'A user came closer to an achievement.',
  data: closed({
    ...ofGame,
    achievement_id: achievementId,
    value: Type.Integer({ minimum: 0 }),
    target: Type.Integer({ minimum: 1 }),
  }),
} as const satisfies EventType;

const sessionStarted = {
  type: 'library.playtime.session.started',
  topic: 'playtime-events',
  description: 'A play session began. Told when it is first written down, up to minutes later.',
  data: closed({ ...ofSession, started_at: timestamp('When it began') }),
} as const satisfies EventType;

const sessionEnded = {
  type: 'library.playtime.session.ended',
  topic: 'playtime-events',
  description: 'A play session ended.',
  data: closed({
    ...ofSession,
    started_at: timestamp('When it began'),
    ended_at: timestamp('When it ended'),
    reason: choice(END_REASONS, 'Why'),
    offline: Type.Boolean({ description: 'Played without a connection and reported later' }),
    credited_seconds: seconds('What the session earned'),
  }),
} as const satisfies EventType;

const playtimeUpdated = {
  type: 'library.playtime.updated',
  topic: 'playtime-events',
  description: 'The playtime of a game rose, or was corrected.',
  data: closed({
    ...ofGame,
    added_ms: Type.Integer({ description: 'The change since the event before, in ms; negative for corrections' }),
    total_seconds: seconds('All playtime of the game'),
  }),
} as const satisfies EventType;

const wishAdded = {
  type: 'library.wishlist.item.added',
  topic: 'wishlist-events',
  description: 'A user wishes for a game.',
  data: closed(ofGame),
} as const satisfies EventType;

const wishRemoved = {
  type: 'library.wishlist.item.removed',
  topic: 'wishlist-events',
  description: 'A game left a wishlist.',
  data: closed({ ...ofGame, reason: choice(['by_user', 'acquired'], 'Why') }),
} as const satisfies EventType;

const wishDiscounted = {
  type: 'library.wishlist.item.discounted',
  topic: 'wishlist-events',
  description: 'A wished game is on sale, on the terms that the user asked to be told of.',
  data: closed({
    ...ofGame,
    currency: Type.String({ pattern: '^[A-Z]{3}$', examples: ['EUR'] }),
    amount_minor: money("The price now, in the currency's smallest unit"),
    regular_minor: nullable(money('The price before the sale; null when only the target price was met')),
    discount_percent: Type.Integer({ minimum: 0, maximum: 100 }),
  }),
} as const satisfies EventType;

const ofSlot = {
  ...ofGame,
  slot: Type.String({ minLength: 1, maxLength: 64, examples: ['slot-1'] }),
};
const saveVersion = (description: string) => Type.Integer({ minimum: 1, description, examples: [7] });

const saveSynchronized = {
  type: 'library.savegame.synchronized',
  topic: 'savegame-events',
  description: 'A save slot is at another version, or was deleted.',
  data: closed({
    ...ofSlot,
    device_id: nullable({ ...DeviceId, description: 'Where it was done; null: by no device, as deletions are' }),
    change: choice(['uploaded', 'restored', 'resolved', 'deleted'], 'Why'),
    version: nullable(saveVersion('What it is at now; null: deleted')),
    size_bytes: nullable(Type.Integer({ minimum: 0, description: 'Of the save', examples: [48213] })),
  }),
} as const satisfies EventType;

const saveConflict = {
  type: 'library.savegame.conflict',
  topic: 'savegame-events',
  description: 'A save lost to another device and is kept beside it, for somebody to decide.',
  data: closed({
    ...ofSlot,
    device_id: DeviceId,
    version: nullable(saveVersion('What the slot is at; null: deleted')),
    side_version: saveVersion('What was kept beside it'),
  }),
} as const satisfies EventType;

export const PRODUCED_EVENTS = [
  ...([gameAdded, gameRemoved, gameUpdated, familyUpdated] as const),
  ...([achievementUnlocked, achievementProgress] as const),
  ...([sessionStarted, sessionEnded, playtimeUpdated] as const),
  ...([wishAdded, wishRemoved, wishDiscounted] as const),
  ...([saveSynchronized, saveConflict] as const),
] as const;

type Produced = (typeof PRODUCED_EVENTS)[number];
export type ProducedType = Produced['type'];
export type ProducedData<Type extends ProducedType> = DataOf<Extract<Produced, { type: Type }>>;

export const PRODUCED_TOPICS: readonly string[] = [...new Set(PRODUCED_EVENTS.map(({ topic }) => topic))];
