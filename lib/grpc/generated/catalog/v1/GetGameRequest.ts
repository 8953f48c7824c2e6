// Original file: api/proto/upstream/catalog.proto


export interface GetGameRequest {
  'game_id'?: (string);
}

export interface GetGameRequest__Output {
  'game_id': (string);
}
