import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { AchievementDefinition as _catalog_v1_AchievementDefinition, AchievementDefinition__Output as _catalog_v1_AchievementDefinition__Output } from './catalog/v1/AchievementDefinition.ts';
import type { BatchGetGamesRequest as _catalog_v1_BatchGetGamesRequest, BatchGetGamesRequest__Output as _catalog_v1_BatchGetGamesRequest__Output } from './catalog/v1/BatchGetGamesRequest.ts';
import type { BatchGetGamesResponse as _catalog_v1_BatchGetGamesResponse, BatchGetGamesResponse__Output as _catalog_v1_BatchGetGamesResponse__Output } from './catalog/v1/BatchGetGamesResponse.ts';
import type { CatalogServiceClient as _catalog_v1_CatalogServiceClient, CatalogServiceDefinition as _catalog_v1_CatalogServiceDefinition } from './catalog/v1/CatalogService.ts';
import type { Game as _catalog_v1_Game, Game__Output as _catalog_v1_Game__Output } from './catalog/v1/Game.ts';
import type { GetGameRequest as _catalog_v1_GetGameRequest, GetGameRequest__Output as _catalog_v1_GetGameRequest__Output } from './catalog/v1/GetGameRequest.ts';
import type { Price as _catalog_v1_Price, Price__Output as _catalog_v1_Price__Output } from './catalog/v1/Price.ts';
import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from './google/protobuf/Timestamp.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  catalog: {
    v1: {
      AchievementDefinition: MessageTypeDefinition<_catalog_v1_AchievementDefinition, _catalog_v1_AchievementDefinition__Output>
      BatchGetGamesRequest: MessageTypeDefinition<_catalog_v1_BatchGetGamesRequest, _catalog_v1_BatchGetGamesRequest__Output>
      BatchGetGamesResponse: MessageTypeDefinition<_catalog_v1_BatchGetGamesResponse, _catalog_v1_BatchGetGamesResponse__Output>
      CatalogService: SubtypeConstructor<typeof grpc.Client, _catalog_v1_CatalogServiceClient> & { service: _catalog_v1_CatalogServiceDefinition }
      Game: MessageTypeDefinition<_catalog_v1_Game, _catalog_v1_Game__Output>
      GetGameRequest: MessageTypeDefinition<_catalog_v1_GetGameRequest, _catalog_v1_GetGameRequest__Output>
      Price: MessageTypeDefinition<_catalog_v1_Price, _catalog_v1_Price__Output>
    }
  }
  google: {
    protobuf: {
      Timestamp: MessageTypeDefinition<_google_protobuf_Timestamp, _google_protobuf_Timestamp__Output>
    }
  }
}

