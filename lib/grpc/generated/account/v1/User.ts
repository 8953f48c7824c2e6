// Original file: api/proto/upstream/account.proto


export interface User {
  'user_id'?: (string);
  'display_name'?: (string);
}

export interface User__Output {
  'user_id': (string);
  'display_name': (string);
}
