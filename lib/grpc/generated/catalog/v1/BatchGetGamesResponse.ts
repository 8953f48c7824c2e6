// Original file: api/proto/upstream/catalog.proto

import type { Game as _catalog_v1_Game, Game__Output as _catalog_v1_Game__Output } from '../../catalog/v1/Game.ts';

export interface BatchGetGamesResponse {
  'games'?: (_catalog_v1_Game)[];
}

export interface BatchGetGamesResponse__Output {
  'games': (_catalog_v1_Game__Output)[];
}
