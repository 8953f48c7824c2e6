// Original file: api/proto/upstream/account.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { BatchGetUsersRequest as _account_v1_BatchGetUsersRequest, BatchGetUsersRequest__Output as _account_v1_BatchGetUsersRequest__Output } from '../../account/v1/BatchGetUsersRequest.ts';
import type { BatchGetUsersResponse as _account_v1_BatchGetUsersResponse, BatchGetUsersResponse__Output as _account_v1_BatchGetUsersResponse__Output } from '../../account/v1/BatchGetUsersResponse.ts';
import type { GetUserRequest as _account_v1_GetUserRequest, GetUserRequest__Output as _account_v1_GetUserRequest__Output } from '../../account/v1/GetUserRequest.ts';
import type { User as _account_v1_User, User__Output as _account_v1_User__Output } from '../../account/v1/User.ts';

export interface AccountServiceClient extends grpc.Client {
  BatchGetUsers(argument: _account_v1_BatchGetUsersRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_account_v1_BatchGetUsersResponse__Output>): grpc.ClientUnaryCall;
  BatchGetUsers(argument: _account_v1_BatchGetUsersRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_account_v1_BatchGetUsersResponse__Output>): grpc.ClientUnaryCall;
  BatchGetUsers(argument: _account_v1_BatchGetUsersRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_account_v1_BatchGetUsersResponse__Output>): grpc.ClientUnaryCall;
  BatchGetUsers(argument: _account_v1_BatchGetUsersRequest, callback: grpc.requestCallback<_account_v1_BatchGetUsersResponse__Output>): grpc.ClientUnaryCall;
  batchGetUsers(argument: _account_v1_BatchGetUsersRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_account_v1_BatchGetUsersResponse__Output>): grpc.ClientUnaryCall;
  batchGetUsers(argument: _account_v1_BatchGetUsersRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_account_v1_BatchGetUsersResponse__Output>): grpc.ClientUnaryCall;
  batchGetUsers(argument: _account_v1_BatchGetUsersRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_account_v1_BatchGetUsersResponse__Output>): grpc.ClientUnaryCall;
  batchGetUsers(argument: _account_v1_BatchGetUsersRequest, callback: grpc.requestCallback<_account_v1_BatchGetUsersResponse__Output>): grpc.ClientUnaryCall;
  
  GetUser(argument: _account_v1_GetUserRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_account_v1_User__Output>): grpc.ClientUnaryCall;
  GetUser(argument: _account_v1_GetUserRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_account_v1_User__Output>): grpc.ClientUnaryCall;
  GetUser(argument: _account_v1_GetUserRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_account_v1_User__Output>): grpc.ClientUnaryCall;
  GetUser(argument: _account_v1_GetUserRequest, callback: grpc.requestCallback<_account_v1_User__Output>): grpc.ClientUnaryCall;
  getUser(argument: _account_v1_GetUserRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_account_v1_User__Output>): grpc.ClientUnaryCall;
  getUser(argument: _account_v1_GetUserRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_account_v1_User__Output>): grpc.ClientUnaryCall;
  getUser(argument: _account_v1_GetUserRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_account_v1_User__Output>): grpc.ClientUnaryCall;
  getUser(argument: _account_v1_GetUserRequest, callback: grpc.requestCallback<_account_v1_User__Output>): grpc.ClientUnaryCall;
  
}

export interface AccountServiceHandlers extends grpc.UntypedServiceImplementation {
  BatchGetUsers: grpc.handleUnaryCall<_account_v1_BatchGetUsersRequest__Output, _account_v1_BatchGetUsersResponse>;
  
  GetUser: grpc.handleUnaryCall<_account_v1_GetUserRequest__Output, _account_v1_User>;
  
}

export interface AccountServiceDefinition extends grpc.ServiceDefinition {
  BatchGetUsers: MethodDefinition<_account_v1_BatchGetUsersRequest, _account_v1_BatchGetUsersResponse, _account_v1_BatchGetUsersRequest__Output, _account_v1_BatchGetUsersResponse__Output>
  GetUser: MethodDefinition<_account_v1_GetUserRequest, _account_v1_User, _account_v1_GetUserRequest__Output, _account_v1_User__Output>
}
