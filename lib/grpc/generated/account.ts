import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { AccountServiceClient as _account_v1_AccountServiceClient, AccountServiceDefinition as _account_v1_AccountServiceDefinition } from './account/v1/AccountService.ts';
import type { BatchGetUsersRequest as _account_v1_BatchGetUsersRequest, BatchGetUsersRequest__Output as _account_v1_BatchGetUsersRequest__Output } from './account/v1/BatchGetUsersRequest.ts';
import type { BatchGetUsersResponse as _account_v1_BatchGetUsersResponse, BatchGetUsersResponse__Output as _account_v1_BatchGetUsersResponse__Output } from './account/v1/BatchGetUsersResponse.ts';
import type { GetUserRequest as _account_v1_GetUserRequest, GetUserRequest__Output as _account_v1_GetUserRequest__Output } from './account/v1/GetUserRequest.ts';
import type { User as _account_v1_User, User__Output as _account_v1_User__Output } from './account/v1/User.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  account: {
    v1: {
      AccountService: SubtypeConstructor<typeof grpc.Client, _account_v1_AccountServiceClient> & { service: _account_v1_AccountServiceDefinition }
      BatchGetUsersRequest: MessageTypeDefinition<_account_v1_BatchGetUsersRequest, _account_v1_BatchGetUsersRequest__Output>
      BatchGetUsersResponse: MessageTypeDefinition<_account_v1_BatchGetUsersResponse, _account_v1_BatchGetUsersResponse__Output>
      GetUserRequest: MessageTypeDefinition<_account_v1_GetUserRequest, _account_v1_GetUserRequest__Output>
      User: MessageTypeDefinition<_account_v1_User, _account_v1_User__Output>
    }
  }
}

