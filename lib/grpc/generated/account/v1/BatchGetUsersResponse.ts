// Original file: api/proto/upstream/account.proto

import type { User as _account_v1_User, User__Output as _account_v1_User__Output } from '../../account/v1/User.ts';

export interface BatchGetUsersResponse {
  'users'?: (_account_v1_User)[];
}

export interface BatchGetUsersResponse__Output {
  'users': (_account_v1_User__Output)[];
}
