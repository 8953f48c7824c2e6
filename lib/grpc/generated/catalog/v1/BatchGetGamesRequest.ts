// Original file: api/proto/upstream/catalog.proto


export interface BatchGetGamesRequest {
  'game_ids'?: (string)[];
}

export interface BatchGetGamesRequest__Output {
  'game_ids': (string)[];
}
