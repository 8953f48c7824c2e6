// Original file: api/proto/v1/library.proto


export interface RevokeGameRequest {
  'user_id'?: (string);
  'game_id'?: (string);
  'idempotency_key'?: (string);
}

export interface RevokeGameRequest__Output {
  'user_id': (string);
  'game_id': (string);
  'idempotency_key': (string);
}
