import Type from 'typebox';
import type { Static } from 'typebox';
import type { Endpoint } from './endpoint.ts';
import { choice, closed, GameId, nullable, page, pagination, text, timestamp, UserId } from './fields.ts';

const MAX_PROGRESS = 2 ** 31 - 1;

const AchievementId = text('Unique within the game', 64, { minLength: 1, example: 'first-light' });
const Target = Type.Integer({ minimum: 1, description: 'The progress that unlocks it', examples: [25] });
const Offline = Type.Boolean({ description: 'Reached without a connection and reported later', examples: [false] });

export const UserAchievement = closed(
  {
    game_id: GameId,
    achievement_id: AchievementId,
    title: text('Name of the achievement; while it is masked a general one', 200, { example: 'First light' }),
    description: text('What it takes; empty while it is masked', 1000, { example: 'Light a lantern' }),
    hidden: Type.Boolean({ description: 'Masked until it is unlocked' }),
    masked: Type.Boolean({ description: 'What it takes is kept from the user for now' }),
    authority: choice(['client', 'server'], 'Who may report it'),
    progress_kind: choice(['max', 'increment'], 'Whether progress is reported as `value` or as `increment`'),
    target: nullable(Target),
    progress: nullable(
      Type.Integer({ minimum: 0, description: 'How far the user has come; null while it is masked', examples: [7] }),
    ),
    unlocked: Type.Boolean({ description: 'Whether the user has it' }),
    unlocked_at: nullable(timestamp('When it was reached')),
    offline: Offline,
    rarity_percent: Type.Number({
      minimum: 0,
      maximum: 100,
      description: "How many of the game's owners have it, up to about a minute old",
      examples: [12.34],
    }),
  },
  { title: 'UserAchievement' },
);
export type UserAchievement = Static<typeof UserAchievement>;

export const AchievementPage = page(UserAchievement, 'AchievementPage');
export type AchievementPage = Static<typeof AchievementPage>;

export const AchievementsQuery = closed({ game_id: Type.Optional(GameId), ...pagination });
export type AchievementsQuery = Static<typeof AchievementsQuery>;

export const ProgressBody = closed(
  {
    game_id: GameId,
    achievement_id: AchievementId,
    value: Type.Optional(
      Type.Integer({ minimum: 0, maximum: MAX_PROGRESS, description: 'The value reached; for `progress_kind` max' }),
    ),
    increment: Type.Optional(
      Type.Integer({ minimum: 1, maximum: MAX_PROGRESS, description: 'Steps to add; for `progress_kind` increment' }),
    ),
  },
  {
    title: 'AchievementProgressReport',
    // Exactly one of the two.
    minProperties: 3,
    maxProperties: 3,
    examples: [{ game_id: '0198f2b4-0b00-7000-8000-000000000001', achievement_id: 'first-light', value: 7 }],
  },
);
export type ProgressBody = Static<typeof ProgressBody>;

export const ProgressReply = closed(
  {
    game_id: GameId,
    achievement_id: AchievementId,
    outcome: choice(['risen', 'unchanged'], '`unchanged`: what was reported is not above what is known'),
    progress: Type.Integer({ minimum: 0, description: 'How far the user has come', examples: [7] }),
    target: Target,
    newly_unlocked: Type.Boolean({ description: 'This report reached the target' }),
    unlocked_at: nullable(timestamp('When the target was reached; null while it is not')),
  },
  { title: 'AchievementProgress' },
);
export type ProgressReply = Static<typeof ProgressReply>;

export const UnlockBody = closed(
  {
    game_id: GameId,
    achievement_id: AchievementId,
    offline: Type.Optional(Offline),
    unlocked_at: Type.Optional(
      timestamp('When it was reached, by the device: with `offline` only, up to 14 days back'),
    ),
  },
  {
    title: 'AchievementUnlock',
    examples: [{ game_id: '0198f2b4-0b00-7000-8000-000000000001', achievement_id: 'first-light' }],
  },
);
export type UnlockBody = Static<typeof UnlockBody>;

export const UnlockReply = closed(
  {
    game_id: GameId,
    achievement_id: AchievementId,
    unlocked_at: timestamp('When it was reached'),
    offline: Offline,
  },
  { title: 'UnlockedAchievement' },
);
export type UnlockReply = Static<typeof UnlockReply>;

const tag = 'Achievements';
const own = { user: 'own', admin: 'own' } as const;
const changeAny = { admin: 'any', service: 'any' } as const;
const userParams = closed({ user_id: UserId });

export const listAchievements = {
  id: 'listAchievements',
  method: 'GET',
  path: '/achievements',
  tag,
  summary: "What can be achieved in the user's games, and how far the user is",
  description:
    'Of one game, or of all in the library; by game and id. What takes to unlock a hidden one is masked until it is ' +
    'unlocked, and so is the progress.',
  access: own,
  query: AchievementsQuery,
  status: 200,
  response: AchievementPage,
  errors: ['GAME_NOT_IN_LIBRARY'],
  action: 'achievements.list',
  prepared: true,
} as const satisfies Endpoint;

export const reportProgress = {
  id: 'reportAchievementProgress',
  method: 'POST',
  path: '/achievements/progress',
  tag,
  summary: 'Report progress towards an achievement',
  description:
    'Exactly one of `value` and `increment`, as the definition has it. Progress never falls: a lower value changes ' +
    'nothing. Reaching the target unlocks. A rise above `max_change_per_minute` is refused whole. A `value` may be ' +
    'repeated freely; an `increment` whose answer was lost is repeated with the same `Idempotency-Key`, or it counts ' +
    'twice. The game must be live, or have been within the last ten minutes.',
  access: own,
  body: ProgressBody,
  status: 200,
  response: ProgressReply,
  errors: [
    'NOT_FOUND',
    'GAME_NOT_IN_LIBRARY',
    'ACHIEVEMENT_SERVER_AUTHORITATIVE',
    'ACHIEVEMENT_NEEDS_SESSION',
    'ACHIEVEMENT_CHANGE_TOO_LARGE',
    'ACHIEVEMENT_PROGRESS_TOO_FAST',
  ],
  action: 'achievements.progress',
} as const satisfies Endpoint;

export const unlockAchievement = {
  id: 'unlockAchievement',
  method: 'POST',
  path: '/achievements/unlock',
  tag,
  summary: 'Unlock an achievement',
  description:
    'For achievements with a target of 1; others unlock by their progress. The game must be live, or have been within ' +
    'the last ten minutes. What was reached without a connection is reported with `offline` and its time, needs no ' +
    'session, keeps its time and stays marked.',
  access: own,
  body: UnlockBody,
  status: 200,
  response: UnlockReply,
  errors: [
    'NOT_FOUND',
    'GAME_NOT_IN_LIBRARY',
    'ACHIEVEMENT_ALREADY_UNLOCKED',
    'ACHIEVEMENT_SERVER_AUTHORITATIVE',
    'ACHIEVEMENT_NEEDS_PROGRESS',
    'ACHIEVEMENT_NEEDS_SESSION',
    'ACHIEVEMENT_TIME_REFUSED',
  ],
  action: 'achievements.unlock',
} as const satisfies Endpoint;

export const listUserAchievements = {
  id: 'listUserAchievements',
  method: 'GET',
  path: '/admin/users/{user_id}/achievements',
  tag: 'Support and services',
  summary: "A user's achievements, hidden ones unmasked",
  access: { support: 'any', admin: 'any', service: 'any' },
  params: userParams,
  query: AchievementsQuery,
  status: 200,
  response: AchievementPage,
  errors: ['GAME_NOT_IN_LIBRARY'],
  action: 'achievements.listUnmasked',
  prepared: true,
} as const satisfies Endpoint;

export const reportUserProgress = {
  id: 'reportUserAchievementProgress',
  method: 'POST',
  path: '/admin/users/{user_id}/achievements/progress',
  tag: 'Support and services',
  summary: "Report a user's progress towards an achievement",
  description: 'Also for server-authoritative ones; needs no session. The bound of the definition holds here, too.',
  access: changeAny,
  params: userParams,
  body: ProgressBody,
  status: 200,
  response: ProgressReply,
  errors: ['NOT_FOUND', 'GAME_NOT_IN_LIBRARY', 'ACHIEVEMENT_CHANGE_TOO_LARGE', 'ACHIEVEMENT_PROGRESS_TOO_FAST'],
  action: 'achievements.progressByService',
} as const satisfies Endpoint;

export const unlockUserAchievement = {
  id: 'unlockUserAchievement',
  method: 'POST',
  path: '/admin/users/{user_id}/achievements/unlock',
  tag: 'Support and services',
  summary: 'Unlock an achievement for a user',
  description: 'Also server-authoritative ones, and ones with a target above 1; needs no session.',
  access: changeAny,
  params: userParams,
  body: UnlockBody,
  status: 200,
  response: UnlockReply,
  errors: ['NOT_FOUND', 'GAME_NOT_IN_LIBRARY', 'ACHIEVEMENT_ALREADY_UNLOCKED', 'ACHIEVEMENT_TIME_REFUSED'],
  action: 'achievements.unlockByService',
} as const satisfies Endpoint;

export const ACHIEVEMENT_ENDPOINTS: readonly Endpoint[] = [
  ...([listAchievements, reportProgress, unlockAchievement] as const),
  ...([listUserAchievements, reportUserProgress, unlockUserAchievement] as const),
];
