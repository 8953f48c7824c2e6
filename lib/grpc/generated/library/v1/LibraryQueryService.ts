// Original file: api/proto/v1/library.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { BatchCheckGameAccessRequest as _library_v1_BatchCheckGameAccessRequest, BatchCheckGameAccessRequest__Output as _library_v1_BatchCheckGameAccessRequest__Output } from '../../library/v1/BatchCheckGameAccessRequest.ts';
import type { BatchCheckGameAccessResponse as _library_v1_BatchCheckGameAccessResponse, BatchCheckGameAccessResponse__Output as _library_v1_BatchCheckGameAccessResponse__Output } from '../../library/v1/BatchCheckGameAccessResponse.ts';
import type { CheckGameAccessRequest as _library_v1_CheckGameAccessRequest, CheckGameAccessRequest__Output as _library_v1_CheckGameAccessRequest__Output } from '../../library/v1/CheckGameAccessRequest.ts';
import type { GameAccess as _library_v1_GameAccess, GameAccess__Output as _library_v1_GameAccess__Output } from '../../library/v1/GameAccess.ts';
import type { GetAchievementsRequest as _library_v1_GetAchievementsRequest, GetAchievementsRequest__Output as _library_v1_GetAchievementsRequest__Output } from '../../library/v1/GetAchievementsRequest.ts';
import type { GetAchievementsResponse as _library_v1_GetAchievementsResponse, GetAchievementsResponse__Output as _library_v1_GetAchievementsResponse__Output } from '../../library/v1/GetAchievementsResponse.ts';
import type { GetLibraryItemRequest as _library_v1_GetLibraryItemRequest, GetLibraryItemRequest__Output as _library_v1_GetLibraryItemRequest__Output } from '../../library/v1/GetLibraryItemRequest.ts';
import type { GetLibraryRequest as _library_v1_GetLibraryRequest, GetLibraryRequest__Output as _library_v1_GetLibraryRequest__Output } from '../../library/v1/GetLibraryRequest.ts';
import type { GetLibraryResponse as _library_v1_GetLibraryResponse, GetLibraryResponse__Output as _library_v1_GetLibraryResponse__Output } from '../../library/v1/GetLibraryResponse.ts';
import type { GetPlaytimeRequest as _library_v1_GetPlaytimeRequest, GetPlaytimeRequest__Output as _library_v1_GetPlaytimeRequest__Output } from '../../library/v1/GetPlaytimeRequest.ts';
import type { LibraryItem as _library_v1_LibraryItem, LibraryItem__Output as _library_v1_LibraryItem__Output } from '../../library/v1/LibraryItem.ts';
import type { Playtime as _library_v1_Playtime, Playtime__Output as _library_v1_Playtime__Output } from '../../library/v1/Playtime.ts';

export interface LibraryQueryServiceClient extends grpc.Client {
  BatchCheckGameAccess(argument: _library_v1_BatchCheckGameAccessRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_BatchCheckGameAccessResponse__Output>): grpc.ClientUnaryCall;
  BatchCheckGameAccess(argument: _library_v1_BatchCheckGameAccessRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_library_v1_BatchCheckGameAccessResponse__Output>): grpc.ClientUnaryCall;
  BatchCheckGameAccess(argument: _library_v1_BatchCheckGameAccessRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_BatchCheckGameAccessResponse__Output>): grpc.ClientUnaryCall;
  BatchCheckGameAccess(argument: _library_v1_BatchCheckGameAccessRequest, callback: grpc.requestCallback<_library_v1_BatchCheckGameAccessResponse__Output>): grpc.ClientUnaryCall;
  batchCheckGameAccess(argument: _library_v1_BatchCheckGameAccessRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_BatchCheckGameAccessResponse__Output>): grpc.ClientUnaryCall;
  batchCheckGameAccess(argument: _library_v1_BatchCheckGameAccessRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_library_v1_BatchCheckGameAccessResponse__Output>): grpc.ClientUnaryCall;
  batchCheckGameAccess(argument: _library_v1_BatchCheckGameAccessRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_BatchCheckGameAccessResponse__Output>): grpc.ClientUnaryCall;
  batchCheckGameAccess(argument: _library_v1_BatchCheckGameAccessRequest, callback: grpc.requestCallback<_library_v1_BatchCheckGameAccessResponse__Output>): grpc.ClientUnaryCall;
  
  CheckGameAccess(argument: _library_v1_CheckGameAccessRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_GameAccess__Output>): grpc.ClientUnaryCall;
  CheckGameAccess(argument: _library_v1_CheckGameAccessRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_library_v1_GameAccess__Output>): grpc.ClientUnaryCall;
  CheckGameAccess(argument: _library_v1_CheckGameAccessRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_GameAccess__Output>): grpc.ClientUnaryCall;
  CheckGameAccess(argument: _library_v1_CheckGameAccessRequest, callback: grpc.requestCallback<_library_v1_GameAccess__Output>): grpc.ClientUnaryCall;
  checkGameAccess(argument: _library_v1_CheckGameAccessRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_GameAccess__Output>): grpc.ClientUnaryCall;
  checkGameAccess(argument: _library_v1_CheckGameAccessRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_library_v1_GameAccess__Output>): grpc.ClientUnaryCall;
  checkGameAccess(argument: _library_v1_CheckGameAccessRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_GameAccess__Output>): grpc.ClientUnaryCall;
  checkGameAccess(argument: _library_v1_CheckGameAccessRequest, callback: grpc.requestCallback<_library_v1_GameAccess__Output>): grpc.ClientUnaryCall;
  
  GetAchievements(argument: _library_v1_GetAchievementsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_GetAchievementsResponse__Output>): grpc.ClientUnaryCall;
  GetAchievements(argument: _library_v1_GetAchievementsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_library_v1_GetAchievementsResponse__Output>): grpc.ClientUnaryCall;
  GetAchievements(argument: _library_v1_GetAchievementsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_GetAchievementsResponse__Output>): grpc.ClientUnaryCall;
  GetAchievements(argument: _library_v1_GetAchievementsRequest, callback: grpc.requestCallback<_library_v1_GetAchievementsResponse__Output>): grpc.ClientUnaryCall;
  getAchievements(argument: _library_v1_GetAchievementsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_GetAchievementsResponse__Output>): grpc.ClientUnaryCall;
  getAchievements(argument: _library_v1_GetAchievementsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_library_v1_GetAchievementsResponse__Output>): grpc.ClientUnaryCall;
  getAchievements(argument: _library_v1_GetAchievementsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_GetAchievementsResponse__Output>): grpc.ClientUnaryCall;
  getAchievements(argument: _library_v1_GetAchievementsRequest, callback: grpc.requestCallback<_library_v1_GetAchievementsResponse__Output>): grpc.ClientUnaryCall;
  
  GetLibrary(argument: _library_v1_GetLibraryRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_GetLibraryResponse__Output>): grpc.ClientUnaryCall;
  GetLibrary(argument: _library_v1_GetLibraryRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_library_v1_GetLibraryResponse__Output>): grpc.ClientUnaryCall;
  GetLibrary(argument: _library_v1_GetLibraryRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_GetLibraryResponse__Output>): grpc.ClientUnaryCall;
  GetLibrary(argument: _library_v1_GetLibraryRequest, callback: grpc.requestCallback<_library_v1_GetLibraryResponse__Output>): grpc.ClientUnaryCall;
  getLibrary(argument: _library_v1_GetLibraryRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_GetLibraryResponse__Output>): grpc.ClientUnaryCall;
  getLibrary(argument: _library_v1_GetLibraryRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_library_v1_GetLibraryResponse__Output>): grpc.ClientUnaryCall;
  getLibrary(argument: _library_v1_GetLibraryRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_GetLibraryResponse__Output>): grpc.ClientUnaryCall;
  getLibrary(argument: _library_v1_GetLibraryRequest, callback: grpc.requestCallback<_library_v1_GetLibraryResponse__Output>): grpc.ClientUnaryCall;
  
  GetLibraryItem(argument: _library_v1_GetLibraryItemRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_LibraryItem__Output>): grpc.ClientUnaryCall;
  GetLibraryItem(argument: _library_v1_GetLibraryItemRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_library_v1_LibraryItem__Output>): grpc.ClientUnaryCall;
  GetLibraryItem(argument: _library_v1_GetLibraryItemRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_LibraryItem__Output>): grpc.ClientUnaryCall;
  GetLibraryItem(argument: _library_v1_GetLibraryItemRequest, callback: grpc.requestCallback<_library_v1_LibraryItem__Output>): grpc.ClientUnaryCall;
  getLibraryItem(argument: _library_v1_GetLibraryItemRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_LibraryItem__Output>): grpc.ClientUnaryCall;
  getLibraryItem(argument: _library_v1_GetLibraryItemRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_library_v1_LibraryItem__Output>): grpc.ClientUnaryCall;
  getLibraryItem(argument: _library_v1_GetLibraryItemRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_LibraryItem__Output>): grpc.ClientUnaryCall;
  getLibraryItem(argument: _library_v1_GetLibraryItemRequest, callback: grpc.requestCallback<_library_v1_LibraryItem__Output>): grpc.ClientUnaryCall;
  
  GetPlaytime(argument: _library_v1_GetPlaytimeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_Playtime__Output>): grpc.ClientUnaryCall;
  GetPlaytime(argument: _library_v1_GetPlaytimeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_library_v1_Playtime__Output>): grpc.ClientUnaryCall;
  GetPlaytime(argument: _library_v1_GetPlaytimeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_Playtime__Output>): grpc.ClientUnaryCall;
  GetPlaytime(argument: _library_v1_GetPlaytimeRequest, callback: grpc.requestCallback<_library_v1_Playtime__Output>): grpc.ClientUnaryCall;
  getPlaytime(argument: _library_v1_GetPlaytimeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_Playtime__Output>): grpc.ClientUnaryCall;
  getPlaytime(argument: _library_v1_GetPlaytimeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_library_v1_Playtime__Output>): grpc.ClientUnaryCall;
  getPlaytime(argument: _library_v1_GetPlaytimeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_library_v1_Playtime__Output>): grpc.ClientUnaryCall;
  getPlaytime(argument: _library_v1_GetPlaytimeRequest, callback: grpc.requestCallback<_library_v1_Playtime__Output>): grpc.ClientUnaryCall;
  
}

export interface LibraryQueryServiceHandlers extends grpc.UntypedServiceImplementation {
  BatchCheckGameAccess: grpc.handleUnaryCall<_library_v1_BatchCheckGameAccessRequest__Output, _library_v1_BatchCheckGameAccessResponse>;
  
  CheckGameAccess: grpc.handleUnaryCall<_library_v1_CheckGameAccessRequest__Output, _library_v1_GameAccess>;
  
  GetAchievements: grpc.handleUnaryCall<_library_v1_GetAchievementsRequest__Output, _library_v1_GetAchievementsResponse>;
  
  GetLibrary: grpc.handleUnaryCall<_library_v1_GetLibraryRequest__Output, _library_v1_GetLibraryResponse>;
  
  GetLibraryItem: grpc.handleUnaryCall<_library_v1_GetLibraryItemRequest__Output, _library_v1_LibraryItem>;
  
  GetPlaytime: grpc.handleUnaryCall<_library_v1_GetPlaytimeRequest__Output, _library_v1_Playtime>;
  
}

export interface LibraryQueryServiceDefinition extends grpc.ServiceDefinition {
  BatchCheckGameAccess: MethodDefinition<_library_v1_BatchCheckGameAccessRequest, _library_v1_BatchCheckGameAccessResponse, _library_v1_BatchCheckGameAccessRequest__Output, _library_v1_BatchCheckGameAccessResponse__Output>
  CheckGameAccess: MethodDefinition<_library_v1_CheckGameAccessRequest, _library_v1_GameAccess, _library_v1_CheckGameAccessRequest__Output, _library_v1_GameAccess__Output>
  GetAchievements: MethodDefinition<_library_v1_GetAchievementsRequest, _library_v1_GetAchievementsResponse, _library_v1_GetAchievementsRequest__Output, _library_v1_GetAchievementsResponse__Output>
  GetLibrary: MethodDefinition<_library_v1_GetLibraryRequest, _library_v1_GetLibraryResponse, _library_v1_GetLibraryRequest__Output, _library_v1_GetLibraryResponse__Output>
  GetLibraryItem: MethodDefinition<_library_v1_GetLibraryItemRequest, _library_v1_LibraryItem, _library_v1_GetLibraryItemRequest__Output, _library_v1_LibraryItem__Output>
  GetPlaytime: MethodDefinition<_library_v1_GetPlaytimeRequest, _library_v1_Playtime, _library_v1_GetPlaytimeRequest__Output, _library_v1_Playtime__Output>
}
