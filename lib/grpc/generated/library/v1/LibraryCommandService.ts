// Original file: api/proto/v1/library.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { GrantGameRequest as _library_v1_GrantGameRequest, GrantGameRequest__Output as _library_v1_GrantGameRequest__Output } from '../../library/v1/GrantGameRequest.ts';
import type { GrantGameResponse as _library_v1_GrantGameResponse, GrantGameResponse__Output as _library_v1_GrantGameResponse__Output } from '../../library/v1/GrantGameResponse.ts';
import type { RevokeGameRequest as _library_v1_RevokeGameRequest, RevokeGameRequest__Output as _library_v1_RevokeGameRequest__Output } from '../../library/v1/RevokeGameRequest.ts';
import type { RevokeGameResponse as _library_v1_RevokeGameResponse, RevokeGameResponse__Output as _library_v1_RevokeGameResponse__Output } from '../../library/v1/RevokeGameResponse.ts';
import type { SetInstallStatusRequest as _library_v1_SetInstallStatusRequest, SetInstallStatusRequest__Output as _library_v1_SetInstallStatusRequest__Output } from '../../library/v1/SetInstallStatusRequest.ts';
import type { SetInstallStatusResponse as _library_v1_SetInstallStatusResponse, SetInstallStatusResponse__Output as _library_v1_SetInstallStatusResponse__Output } from '../../library/v1/SetInstallStatusResponse.ts';
import type { UnlockAchievementRequest as _library_v1_UnlockAchievementRequest, UnlockAchievementRequest__Output as _library_v1_UnlockAchievementRequest__Output } from '../../library/v1/UnlockAchievementRequest.ts';
import type { UnlockAchievementResponse as _library_v1_UnlockAchievementResponse, UnlockAchievementResponse__Output as _library_v1_UnlockAchievementResponse__Output } from '../../library/v1/UnlockAchievementResponse.ts';

export interface LibraryCommandServiceClient extends grpc.Client {
  GrantGame(argument: _library_v1_GrantGameRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_GrantGameResponse__Output>): grpc.ClientUnaryCall;
  GrantGame(argument: _library_v1_GrantGameRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_library_v1_GrantGameResponse__Output>): grpc.ClientUnaryCall;
  GrantGame(argument: _library_v1_GrantGameRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_GrantGameResponse__Output>): grpc.ClientUnaryCall;
  GrantGame(argument: _library_v1_GrantGameRequest, callback: grpc.requestCallback<_library_v1_GrantGameResponse__Output>): grpc.ClientUnaryCall;
  grantGame(argument: _library_v1_GrantGameRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_GrantGameResponse__Output>): grpc.ClientUnaryCall;
  grantGame(argument: _library_v1_GrantGameRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_library_v1_GrantGameResponse__Output>): grpc.ClientUnaryCall;
  grantGame(argument: _library_v1_GrantGameRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_GrantGameResponse__Output>): grpc.ClientUnaryCall;
  grantGame(argument: _library_v1_GrantGameRequest, callback: grpc.requestCallback<_library_v1_GrantGameResponse__Output>): grpc.ClientUnaryCall;
  
  RevokeGame(argument: _library_v1_RevokeGameRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_RevokeGameResponse__Output>): grpc.ClientUnaryCall;
  RevokeGame(argument: _library_v1_RevokeGameRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_library_v1_RevokeGameResponse__Output>): grpc.ClientUnaryCall;
  RevokeGame(argument: _library_v1_RevokeGameRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_RevokeGameResponse__Output>): grpc.ClientUnaryCall;
  RevokeGame(argument: _library_v1_RevokeGameRequest, callback: grpc.requestCallback<_library_v1_RevokeGameResponse__Output>): grpc.ClientUnaryCall;
  revokeGame(argument: _library_v1_RevokeGameRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_RevokeGameResponse__Output>): grpc.ClientUnaryCall;
  revokeGame(argument: _library_v1_RevokeGameRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_library_v1_RevokeGameResponse__Output>): grpc.ClientUnaryCall;
  revokeGame(argument: _library_v1_RevokeGameRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_RevokeGameResponse__Output>): grpc.ClientUnaryCall;
  revokeGame(argument: _library_v1_RevokeGameRequest, callback: grpc.requestCallback<_library_v1_RevokeGameResponse__Output>): grpc.ClientUnaryCall;
  
  SetInstallStatus(argument: _library_v1_SetInstallStatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_SetInstallStatusResponse__Output>): grpc.ClientUnaryCall;
  SetInstallStatus(argument: _library_v1_SetInstallStatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_library_v1_SetInstallStatusResponse__Output>): grpc.ClientUnaryCall;
  SetInstallStatus(argument: _library_v1_SetInstallStatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_SetInstallStatusResponse__Output>): grpc.ClientUnaryCall;
  SetInstallStatus(argument: _library_v1_SetInstallStatusRequest, callback: grpc.requestCallback<_library_v1_SetInstallStatusResponse__Output>): grpc.ClientUnaryCall;
  setInstallStatus(argument: _library_v1_SetInstallStatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_SetInstallStatusResponse__Output>): grpc.ClientUnaryCall;
  setInstallStatus(argument: _library_v1_SetInstallStatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_library_v1_SetInstallStatusResponse__Output>): grpc.ClientUnaryCall;
  setInstallStatus(argument: _library_v1_SetInstallStatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_SetInstallStatusResponse__Output>): grpc.ClientUnaryCall;
  setInstallStatus(argument: _library_v1_SetInstallStatusRequest, callback: grpc.requestCallback<_library_v1_SetInstallStatusResponse__Output>): grpc.ClientUnaryCall;
  
  UnlockAchievement(argument: _library_v1_UnlockAchievementRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_UnlockAchievementResponse__Output>): grpc.ClientUnaryCall;
  UnlockAchievement(argument: _library_v1_UnlockAchievementRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_library_v1_UnlockAchievementResponse__Output>): grpc.ClientUnaryCall;
  UnlockAchievement(argument: _library_v1_UnlockAchievementRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_UnlockAchievementResponse__Output>): grpc.ClientUnaryCall;
  UnlockAchievement(argument: _library_v1_UnlockAchievementRequest, callback: grpc.requestCallback<_library_v1_UnlockAchievementResponse__Output>): grpc.ClientUnaryCall;
  unlockAchievement(argument: _library_v1_UnlockAchievementRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_UnlockAchievementResponse__Output>): grpc.ClientUnaryCall;
  unlockAchievement(argument: _library_v1_UnlockAchievementRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_library_v1_UnlockAchievementResponse__Output>): grpc.ClientUnaryCall;
  unlockAchievement(argument: _library_v1_UnlockAchievementRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_UnlockAchievementResponse__Output>): grpc.ClientUnaryCall;
  unlockAchievement(argument: _library_v1_UnlockAchievementRequest, callback: grpc.requestCallback<_library_v1_UnlockAchievementResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface LibraryCommandServiceHandlers extends grpc.UntypedServiceImplementation {
  GrantGame: grpc.handleUnaryCall<_library_v1_GrantGameRequest__Output, _library_v1_GrantGameResponse>;
  
  RevokeGame: grpc.handleUnaryCall<_library_v1_RevokeGameRequest__Output, _library_v1_RevokeGameResponse>;
  
  SetInstallStatus: grpc.handleUnaryCall<_library_v1_SetInstallStatusRequest__Output, _library_v1_SetInstallStatusResponse>;
  
  UnlockAchievement: grpc.handleUnaryCall<_library_v1_UnlockAchievementRequest__Output, _library_v1_UnlockAchievementResponse>;
  
}

export interface LibraryCommandServiceDefinition extends grpc.ServiceDefinition {
  GrantGame: MethodDefinition<_library_v1_GrantGameRequest, _library_v1_GrantGameResponse, _library_v1_GrantGameRequest__Output, _library_v1_GrantGameResponse__Output>
  RevokeGame: MethodDefinition<_library_v1_RevokeGameRequest, _library_v1_RevokeGameResponse, _library_v1_RevokeGameRequest__Output, _library_v1_RevokeGameResponse__Output>
  SetInstallStatus: MethodDefinition<_library_v1_SetInstallStatusRequest, _library_v1_SetInstallStatusResponse, _library_v1_SetInstallStatusRequest__Output, _library_v1_SetInstallStatusResponse__Output>
  UnlockAchievement: MethodDefinition<_library_v1_UnlockAchievementRequest, _library_v1_UnlockAchievementResponse, _library_v1_UnlockAchievementRequest__Output, _library_v1_UnlockAchievementResponse__Output>
}
