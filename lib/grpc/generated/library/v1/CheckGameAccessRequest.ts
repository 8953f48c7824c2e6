// Original file: api/proto/v1/library.proto


export interface CheckGameAccessRequest {
  'user_id'?: (string);
  'game_id'?: (string);
}

export interface CheckGameAccessRequest__Output {
  'user_id': (string);
  'game_id': (string);
}
