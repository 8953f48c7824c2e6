import Type from 'typebox';
import type { Static } from 'typebox';
import type { Endpoint } from './endpoint.ts';
import { Game } from './admin.ts';
import { closed, day, GameId, nullable, page, pagination, text, timestamp } from './fields.ts';
import { Company, CoverUrl, Genres, Title } from './library.ts';

export const CatalogEntry = closed(
  {
    game_id: GameId,
    title: Title,
    developer: nullable(Company),
    publisher: nullable(Company),
    cover_url: nullable(CoverUrl),
    genres: Genres,
    released_on: nullable(day('First day of sale')),
    achievement_count: Type.Integer({ minimum: 0, description: 'Achievements that the game has', examples: [12] }),
    version: Type.Integer({ minimum: 1, description: 'Rises with every change of the entry', examples: [1] }),
    updated_at: timestamp('When the catalogue entry last changed'),
  },
  { title: 'CatalogEntry' },
);
export type CatalogEntry = Static<typeof CatalogEntry>;

export const CatalogPage = page(CatalogEntry, 'CatalogPage');
export type CatalogPage = Static<typeof CatalogPage>;

export const CatalogQuery = closed({
  q: Type.Optional(
    text('Part of the title, any case; one or two characters: its beginning', 100, {
      minLength: 1,
      example: 'lantern',
    }),
  ),
  ...pagination,
});
export type CatalogQuery = Static<typeof CatalogQuery>;

export const searchCatalog = {
  id: 'searchCatalog',
  method: 'GET',
  path: '/admin/catalog/games',
  tag: 'Support and services',
  summary: 'Find games of the catalogue, by title',
  access: { support: 'none', admin: 'none', service: 'none' },
  query: CatalogQuery,
  status: 200,
  response: CatalogPage,
  errors: [],
  action: 'catalog.search',
} as const satisfies Endpoint;

export const getGame = {
  id: 'getGame',
  method: 'GET',
  path: '/admin/catalog/games/{game_id}',
  tag: 'Support and services',
  summary: 'The whole catalogue entry of a game',
  description: 'What it takes to put it again with one member changed.',
  access: { support: 'none', admin: 'none', service: 'none' },
  params: closed({ game_id: GameId }),
  status: 200,
  response: Game,
  errors: ['NOT_FOUND'],
  action: 'catalog.get',
} as const satisfies Endpoint;
