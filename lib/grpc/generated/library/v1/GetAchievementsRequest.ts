// Original file: api/proto/v1/library.proto


export interface GetAchievementsRequest {
  'user_id'?: (string);
  'game_id'?: (string);
  'limit'?: (number);
  'cursor'?: (string);
}

export interface GetAchievementsRequest__Output {
  'user_id': (string);
  'game_id': (string);
  'limit': (number);
  'cursor': (string);
}
