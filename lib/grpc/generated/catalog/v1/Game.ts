// Original file: api/proto/upstream/catalog.proto

import type { Price as _catalog_v1_Price, Price__Output as _catalog_v1_Price__Output } from '../../catalog/v1/Price.ts';
import type { AchievementDefinition as _catalog_v1_AchievementDefinition, AchievementDefinition__Output as _catalog_v1_AchievementDefinition__Output } from '../../catalog/v1/AchievementDefinition.ts';

export interface Game {
  'game_id'?: (string);
  'title'?: (string);
  'developer'?: (string);
  'publisher'?: (string);
  'description'?: (string);
  'cover_url'?: (string);
  'genres'?: (string)[];
  'released_on'?: (string);
  'prices'?: (_catalog_v1_Price)[];
  'achievements'?: (_catalog_v1_AchievementDefinition)[];
}

export interface Game__Output {
  'game_id': (string);
  'title': (string);
  'developer': (string);
  'publisher': (string);
  'description': (string);
  'cover_url': (string);
  'genres': (string)[];
  'released_on': (string);
  'prices': (_catalog_v1_Price__Output)[];
  'achievements': (_catalog_v1_AchievementDefinition__Output)[];
}
