import Type from 'typebox';
import type { Static } from 'typebox';
import type { Endpoint } from './endpoint.ts';
import { choice, closed, day, GameId, nullable, text, timestamp, UserId } from './fields.ts';
import { AcquisitionSource, Company, CoverUrl, Genres, LibraryPage, LibraryQuery, Title } from './library.ts';
import { PlaySessionPage, PlaytimeStats, SessionsQuery, StatsQuery } from './playtime.ts';

export const GrantBody = closed(
  {
    game_id: GameId,
    source: choice(['purchase', 'gift', 'subscription'], 'How the user comes by it; what is borrowed is never granted'),
  },
  { title: 'Grant' },
);
export type GrantBody = Static<typeof GrantBody>;

export const GrantReply = closed(
  {
    user_id: UserId,
    game_id: GameId,
    source: AcquisitionSource,
    acquired_at: timestamp('When the user got the game'),
    created: Type.Boolean({ description: 'False when the user had the game already; nothing changed then' }),
  },
  { title: 'GrantReply' },
);
export type GrantReply = Static<typeof GrantReply>;

const Prices = Type.Array(
  closed(
    {
      currency: Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217', examples: ['EUR'] }),
      amount_minor: Type.Integer({
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        description: "In the currency's smallest unit",
        examples: [1999],
      }),
      regular_minor: Type.Optional(
        nullable(
          Type.Integer({
            minimum: 0,
            maximum: Number.MAX_SAFE_INTEGER,
            description:
              'The price before the sale; not above `amount_minor`: no sale. Left out or null: the catalogue does not say, ' +
              'and a fall of the price is taken for a sale until the price is back',
            examples: [3999],
          }),
        ),
      ),
      sale_ends_at: Type.Optional(nullable(timestamp('When the sale ends, where that is known'))),
    },
    { title: 'Price' },
  ),
  { maxItems: 200, description: 'At most one a currency' },
);

const Achievements = Type.Array(
  closed(
    {
      achievement_id: text('Unique within the game', 64, { minLength: 1, example: 'first-light' }),
      title: text('Name of the achievement', 200, { minLength: 1, example: 'First light' }),
      description: text('What it takes', 1000, { example: 'Light a lantern' }),
      hidden: Type.Boolean({ description: 'Masked until it is unlocked' }),
      target: Type.Integer({
        minimum: 1,
        maximum: 2 ** 31 - 1,
        description: 'The progress that unlocks it',
        examples: [1],
      }),
      authority: Type.Optional(
        choice(
          ['client', 'server'],
          "Who may say that it was reached: the player's launcher, or only services of the platform. Default: client",
        ),
      ),
      progress: Type.Optional(
        choice(['max', 'increment'], 'Whether progress is reported as a value reached, or as steps. Default: max'),
      ),
      max_change_per_minute: Type.Optional(
        nullable(
          Type.Integer({
            minimum: 1,
            maximum: 2 ** 31 - 1,
            description: 'By how much the progress may rise within any minute. Default: null, no bound',
            examples: [5],
          }),
        ),
      ),
    },
    { title: 'AchievementDefinition' },
  ),
  { maxItems: 1000, description: 'What can be achieved in the game' },
);

const gameMembers = {
  title: Title,
  developer: Type.Optional(nullable(Company)),
  publisher: Type.Optional(nullable(Company)),
  description: Type.Optional(nullable(text('What the game is about', 4000, { example: 'Light the way home.' }))),
  cover_url: Type.Optional(nullable(CoverUrl)),
  genres: Type.Optional(Genres),
  released_on: Type.Optional(nullable(day('First day of sale'))),
  prices: Type.Optional(Prices),
  achievements: Type.Optional(Achievements),
};

export const GameBody = closed(gameMembers, { title: 'GameMetadata' });
export type GameBody = Static<typeof GameBody>;

export const Game = closed(
  {
    game_id: GameId,
    title: Title,
    developer: nullable(Company),
    publisher: nullable(Company),
    description: nullable(text('What the game is about', 4000)),
    cover_url: nullable(CoverUrl),
    genres: Genres,
    released_on: nullable(day('First day of sale')),
    prices: Prices,
    achievements: Achievements,
    version: Type.Integer({ minimum: 1, description: 'Rises with every change of the entry', examples: [1] }),
    updated_at: timestamp('When the catalogue entry last changed'),
  },
  { title: 'Game' },
);
export type Game = Static<typeof Game>;

const tag = 'Support and services';
const userParams = closed({ user_id: UserId });
const gameParams = closed({ game_id: GameId });
const ownershipParams = closed({ user_id: UserId, game_id: GameId });
const readAny = { support: 'any', admin: 'any', service: 'any' } as const;
const changeAny = { admin: 'any', service: 'any' } as const;

export const grantGame = {
  id: 'grantGame',
  method: 'POST',
  path: '/admin/users/{user_id}/games',
  tag,
  summary: 'Give a user a game',
  description:
    'The game must be in the catalogue. Granting again changes nothing. A game that the user borrowed becomes their own.',
  access: changeAny,
  params: userParams,
  body: GrantBody,
  status: 200,
  response: GrantReply,
  errors: ['NOT_FOUND'],
  action: 'library.grant',
} as const satisfies Endpoint;

export const revokeGame = {
  id: 'revokeGame',
  method: 'DELETE',
  path: '/admin/users/{user_id}/games/{game_id}',
  tag,
  summary: 'Take a game from a user',
  description:
    'Live sessions of the game end, reason `revoked`, those of family members who borrow it too. Playtime stays in the ' +
    'history. What the user borrows is not taken: who lends it ends that.',
  access: changeAny,
  params: ownershipParams,
  status: 204,
  errors: ['GAME_NOT_IN_LIBRARY'],
  action: 'library.revoke',
} as const satisfies Endpoint;

export const putGame = {
  id: 'putGame',
  method: 'PUT',
  path: '/admin/catalog/games/{game_id}',
  tag,
  summary: 'Create or replace the catalogue entry of a game',
  description: 'Members left out are emptied. An entry that is so already keeps its version.',
  access: { admin: 'none', service: 'none' },
  params: gameParams,
  body: GameBody,
  status: 200,
  response: Game,
  errors: [],
  action: 'catalog.put',
} as const satisfies Endpoint;

export const listUserLibrary = {
  id: 'listUserLibrary',
  method: 'GET',
  path: '/admin/users/{user_id}/library',
  tag,
  summary: "A user's games",
  access: readAny,
  params: userParams,
  query: LibraryQuery,
  status: 200,
  response: LibraryPage,
  errors: ['NOT_FOUND'],
  action: 'library.list',
  prepared: true,
} as const satisfies Endpoint;

export const userPlaytimeStats = {
  id: 'getUserPlaytimeStats',
  method: 'GET',
  path: '/admin/users/{user_id}/playtime/stats',
  tag,
  summary: "A user's playtime",
  access: readAny,
  params: userParams,
  query: StatsQuery,
  status: 200,
  response: PlaytimeStats,
  errors: [],
  action: 'playtime.stats',
} as const satisfies Endpoint;

export const userLiveSessions = {
  id: 'listUserLiveSessions',
  method: 'GET',
  path: '/admin/users/{user_id}/playtime/live',
  tag,
  summary: "A user's running sessions",
  access: readAny,
  params: userParams,
  status: 200,
  response: PlaySessionPage,
  errors: [],
  action: 'playtime.live',
} as const satisfies Endpoint;

export const userSessions = {
  id: 'listUserSessions',
  method: 'GET',
  path: '/admin/users/{user_id}/playtime/sessions',
  tag,
  summary: "A user's play sessions, latest first",
  access: readAny,
  params: userParams,
  query: SessionsQuery,
  status: 200,
  response: PlaySessionPage,
  errors: [],
  action: 'playtime.sessions',
} as const satisfies Endpoint;
