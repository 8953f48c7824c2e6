// Original file: api/proto/v1/library.proto


export interface GetLibraryItemRequest {
  'user_id'?: (string);
  'game_id'?: (string);
}

export interface GetLibraryItemRequest__Output {
  'user_id': (string);
  'game_id': (string);
}
