import Type from 'typebox';
import type { Static } from 'typebox';
import type { Endpoint } from './endpoint.ts';
import { choice, closed, DeviceId, GameId, nullable, page, pagination } from './fields.ts';
import { seconds, text, timestamp, uuid } from './fields.ts';

export const AcquisitionSource = choice(
  ['purchase', 'gift', 'family', 'subscription'],
  'How the user came by the game',
);
export type AcquisitionSource = Static<typeof AcquisitionSource>;

export const Title = text('Name of the game', 200, { minLength: 1, example: 'Lanterns of Oru' });
export const Company = text('Who made or sells the game', 200, { minLength: 1, example: 'Paper Boat Studio' });
export const CoverUrl = Type.String({
  format: 'uri',
  maxLength: 2048,
  pattern: '^https://[^\\s\\u0000]+$',
  description: 'Cover picture',
  examples: ['https://cdn.example.com/covers/lanterns-of-oru.jpg'],
});
export const Genres = Type.Array(text('A genre', 50, { minLength: 1, example: 'Adventure' }), { maxItems: 20 });

export const CategoryId = uuid('A category of the user', '0198f2b4-0e00-7000-8000-0000000000c1');

export const InstallStatus = choice(
  ['installed', 'not_installed', 'updating'],
  'installed: ready on some device; updating: on none yet, but on its way; not_installed: neither',
);
export type InstallStatus = Static<typeof InstallStatus>;

const Installation = closed(
  {
    device_id: DeviceId,
    status: choice(['installed', 'updating'], 'On this device'),
    version: nullable(text('The installed version, as the developer names it', 100, { example: '1.4.2' })),
    updated_at: timestamp('When this was last heard of'),
  },
  { title: 'Installation' },
);

export const LibraryItem = closed(
  {
    game_id: GameId,
    title: Title,
    developer: nullable(Company),
    publisher: nullable(Company),
    cover_url: nullable(CoverUrl),
    genres: Genres,
    source: AcquisitionSource,
    acquired_at: timestamp('When the user got the game'),
    hidden: Type.Boolean({ description: 'Left out of the list unless asked for' }),
    favorite: Type.Boolean({ description: 'Marked by the user' }),
    notes: nullable(text("The user's own notes", 4000)),
    playtime: closed(
      {
        total_seconds: seconds('All playtime of the game'),
        recent_seconds: seconds('Playtime of the last 14 UTC days, today included'),
        last_played_at: nullable(timestamp('When the game was last played')),
      },
      { title: 'ItemPlaytime' },
    ),
    status: InstallStatus,
    installations: Type.Array(Installation, { description: 'One a device' }),
    category_ids: Type.Array(CategoryId, { description: 'The manual categories that the game is in' }),
    achievements: closed(
      {
        unlocked: Type.Integer({ minimum: 0, description: 'What the user has', examples: [3] }),
        total: Type.Integer({ minimum: 0, description: 'What there is', examples: [12] }),
      },
      { title: 'ItemAchievements' },
    ),
    shared_by: Type.Array(
      closed({ user_id: uuid('Who lends it', '0198f2b4-0a00-7000-8000-00000000d3b0') }, { title: 'Lender' }),
      { description: 'Of a borrowed game (source `family`): who lends it. Empty for games of their own' },
    ),
    shared_with: Type.Integer({
      minimum: 0,
      description: 'Of a game that the user shares: with how many members',
      examples: [0],
    }),
    version: Type.Integer({
      minimum: 1,
      description: "Rises with every change of the user's marks and categories of the game",
      examples: [1],
    }),
  },
  { title: 'LibraryItem' },
);
export type LibraryItem = Static<typeof LibraryItem>;

export const LibraryPage = page(LibraryItem, 'LibraryPage');
export type LibraryPage = Static<typeof LibraryPage>;

/** What a list of games can be narrowed to; a dynamic category is a saved one of these. */
export const filterMembers = {
  q: Type.Optional(text('Part of the title, any case', 100, { minLength: 1, example: 'lantern' })),
  status: Type.Optional(InstallStatus),
  hidden: Type.Optional(
    Type.Boolean({ description: 'The hidden games instead of the visible ones', examples: [false] }),
  ),
  favorite: Type.Optional(Type.Boolean({ description: 'Only favourites, or only others', examples: [true] })),
  source: Type.Optional(AcquisitionSource),
  played_within_days: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 3660, description: 'Only games played in these last days', examples: [30] }),
  ),
};

export const LibraryFilter = closed(filterMembers, { title: 'LibraryFilter', minProperties: 1 });
export type LibraryFilter = Static<typeof LibraryFilter>;

export const LibraryQuery = closed({
  ...filterMembers,
  category_id: Type.Optional(CategoryId),
  sort: Type.Enum(['title', 'acquired_at', 'last_played_at', 'playtime'], {
    type: 'string',
    default: 'title',
    description: 'What the list is ordered by',
    examples: ['title'],
  }),
  order: Type.Enum(['asc', 'desc'], {
    type: 'string',
    default: 'asc',
    description: 'Direction of the order',
    examples: ['asc'],
  }),
  ...pagination,
});
export type LibraryQuery = Static<typeof LibraryQuery>;

export const LibraryPatch = closed(
  {
    hidden: Type.Optional(Type.Boolean({ examples: [false] })),
    favorite: Type.Optional(Type.Boolean({ examples: [true] })),
    notes: Type.Optional(
      nullable(text("The user's own notes; null removes them", 4000, { example: 'Chapter 3 next' })),
    ),
    category_ids: Type.Optional(
      Type.Array(CategoryId, {
        maxItems: 200,
        uniqueItems: true,
        description: 'All manual categories that the game is to be in',
      }),
    ),
  },
  { title: 'LibraryPatch', minProperties: 1 },
);
export type LibraryPatch = Static<typeof LibraryPatch>;

const tag = 'Library';
const own = { user: 'own', admin: 'own' } as const;

export const listLibrary = {
  id: 'listLibrary',
  method: 'GET',
  path: '/',
  tag,
  summary: "The user's games",
  description:
    'Hidden games are left out unless `hidden`, or the filter of a dynamic category, asks for them. With the games of a ' +
    'dynamic category, its filter holds beside those of the query. Titles and other facts of the catalogue may be a ' +
    'minute old; what the user changed never is.',
  access: own,
  query: LibraryQuery,
  status: 200,
  response: LibraryPage,
  errors: ['NOT_FOUND'],
  action: 'library.list',
  prepared: true,
} as const satisfies Endpoint;

export const getLibraryItem = {
  id: 'getLibraryItem',
  method: 'GET',
  path: '/{game_id}',
  tag,
  summary: 'One game of the library',
  description: 'Playtime and installations have no part in the version: the answer is always sent as a whole.',
  access: own,
  params: closed({ game_id: GameId }),
  status: 200,
  response: LibraryItem,
  errors: ['GAME_NOT_IN_LIBRARY'],
  action: 'library.get',
  versioned: true,
  showsMore: true,
} as const satisfies Endpoint;

export const patchLibraryItem = {
  id: 'patchLibraryItem',
  method: 'PATCH',
  path: '/{game_id}',
  tag,
  summary: "Change the user's own marks on a game",
  description: 'Members left out stay as they are. What changes nothing keeps the version.',
  access: own,
  params: closed({ game_id: GameId }),
  body: LibraryPatch,
  status: 200,
  response: LibraryItem,
  errors: ['GAME_NOT_IN_LIBRARY'],
  action: 'library.patch',
  versioned: true,
} as const satisfies Endpoint;
