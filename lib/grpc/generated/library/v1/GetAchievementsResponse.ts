// Original file: api/proto/v1/library.proto

import type { Achievement as _library_v1_Achievement, Achievement__Output as _library_v1_Achievement__Output } from '../../library/v1/Achievement.ts';

export interface GetAchievementsResponse {
  'items'?: (_library_v1_Achievement)[];
  'next_cursor'?: (string);
}

export interface GetAchievementsResponse__Output {
  'items': (_library_v1_Achievement__Output)[];
  'next_cursor': (string);
}
