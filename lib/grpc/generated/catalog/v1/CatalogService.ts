// Original file: api/proto/upstream/catalog.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { BatchGetGamesRequest as _catalog_v1_BatchGetGamesRequest, BatchGetGamesRequest__Output as _catalog_v1_BatchGetGamesRequest__Output } from '../../catalog/v1/BatchGetGamesRequest.ts';
import type { BatchGetGamesResponse as _catalog_v1_BatchGetGamesResponse, BatchGetGamesResponse__Output as _catalog_v1_BatchGetGamesResponse__Output } from '../../catalog/v1/BatchGetGamesResponse.ts';
import type { Game as _catalog_v1_Game, Game__Output as _catalog_v1_Game__Output } from '../../catalog/v1/Game.ts';
import type { GetGameRequest as _catalog_v1_GetGameRequest, GetGameRequest__Output as _catalog_v1_GetGameRequest__Output } from '../../catalog/v1/GetGameRequest.ts';

export interface CatalogServiceClient extends grpc.Client {
  BatchGetGames(argument: _catalog_v1_BatchGetGamesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_catalog_v1_BatchGetGamesResponse__Output>): grpc.ClientUnaryCall;
  BatchGetGames(argument: _catalog_v1_BatchGetGamesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_catalog_v1_BatchGetGamesResponse__Output>): grpc.ClientUnaryCall;
  BatchGetGames(argument: _catalog_v1_BatchGetGamesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_catalog_v1_BatchGetGamesResponse__Output>): grpc.ClientUnaryCall;
  BatchGetGames(argument: _catalog_v1_BatchGetGamesRequest, callback: grpc.requestCallback<_catalog_v1_BatchGetGamesResponse__Output>): grpc.ClientUnaryCall;
  batchGetGames(argument: _catalog_v1_BatchGetGamesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_catalog_v1_BatchGetGamesResponse__Output>): grpc.ClientUnaryCall;
  batchGetGames(argument: _catalog_v1_BatchGetGamesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_catalog_v1_BatchGetGamesResponse__Output>): grpc.ClientUnaryCall;
  batchGetGames(argument: _catalog_v1_BatchGetGamesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_catalog_v1_BatchGetGamesResponse__Output>): grpc.ClientUnaryCall;
  batchGetGames(argument: _catalog_v1_BatchGetGamesRequest, callback: grpc.requestCallback<_catalog_v1_BatchGetGamesResponse__Output>): grpc.ClientUnaryCall;
  
  GetGame(argument: _catalog_v1_GetGameRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_catalog_v1_Game__Output>): grpc.ClientUnaryCall;
  GetGame(argument: _catalog_v1_GetGameRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_catalog_v1_Game__Output>): grpc.ClientUnaryCall;
  GetGame(argument: _catalog_v1_GetGameRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_catalog_v1_Game__Output>): grpc.ClientUnaryCall;
  GetGame(argument: _catalog_v1_GetGameRequest, callback: grpc.requestCallback<_catalog_v1_Game__Output>): grpc.ClientUnaryCall;
  getGame(argument: _catalog_v1_GetGameRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_catalog_v1_Game__Output>): grpc.ClientUnaryCall;
  getGame(argument: _catalog_v1_GetGameRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_catalog_v1_Game__Output>): grpc.ClientUnaryCall;
  getGame(argument: _catalog_v1_GetGameRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_catalog_v1_Game__Output>): grpc.ClientUnaryCall;
  getGame(argument: _catalog_v1_GetGameRequest, callback: grpc.requestCallback<_catalog_v1_Game__Output>): grpc.ClientUnaryCall;
  
}

export interface CatalogServiceHandlers extends grpc.UntypedServiceImplementation {
  BatchGetGames: grpc.handleUnaryCall<_catalog_v1_BatchGetGamesRequest__Output, _catalog_v1_BatchGetGamesResponse>;
  
  GetGame: grpc.handleUnaryCall<_catalog_v1_GetGameRequest__Output, _catalog_v1_Game>;
  
}

export interface CatalogServiceDefinition extends grpc.ServiceDefinition {
  BatchGetGames: MethodDefinition<_catalog_v1_BatchGetGamesRequest, _catalog_v1_BatchGetGamesResponse, _catalog_v1_BatchGetGamesRequest__Output, _catalog_v1_BatchGetGamesResponse__Output>
  GetGame: MethodDefinition<_catalog_v1_GetGameRequest, _catalog_v1_Game, _catalog_v1_GetGameRequest__Output, _catalog_v1_Game__Output>
}
