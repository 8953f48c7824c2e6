// Original file: api/proto/v1/library.proto


export interface GetPlaytimeRequest {
  'user_id'?: (string);
  'game_id'?: (string);
  'days'?: (number);
  'months'?: (number);
}

export interface GetPlaytimeRequest__Output {
  'user_id': (string);
  'game_id': (string);
  'days': (number);
  'months': (number);
}
