// Original file: api/proto/upstream/account.proto


export interface BatchGetUsersRequest {
  'user_ids'?: (string)[];
}

export interface BatchGetUsersRequest__Output {
  'user_ids': (string)[];
}
