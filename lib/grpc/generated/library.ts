import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from './google/protobuf/Timestamp.ts';
import type { Achievement as _library_v1_Achievement, Achievement__Output as _library_v1_Achievement__Output } from './library/v1/Achievement.ts';
import type { BatchCheckGameAccessRequest as _library_v1_BatchCheckGameAccessRequest, BatchCheckGameAccessRequest__Output as _library_v1_BatchCheckGameAccessRequest__Output } from './library/v1/BatchCheckGameAccessRequest.ts';
import type { BatchCheckGameAccessResponse as _library_v1_BatchCheckGameAccessResponse, BatchCheckGameAccessResponse__Output as _library_v1_BatchCheckGameAccessResponse__Output } from './library/v1/BatchCheckGameAccessResponse.ts';
import type { CheckGameAccessRequest as _library_v1_CheckGameAccessRequest, CheckGameAccessRequest__Output as _library_v1_CheckGameAccessRequest__Output } from './library/v1/CheckGameAccessRequest.ts';
import type { DailyPlaytime as _library_v1_DailyPlaytime, DailyPlaytime__Output as _library_v1_DailyPlaytime__Output } from './library/v1/DailyPlaytime.ts';
import type { GameAccess as _library_v1_GameAccess, GameAccess__Output as _library_v1_GameAccess__Output } from './library/v1/GameAccess.ts';
import type { GamePlaytime as _library_v1_GamePlaytime, GamePlaytime__Output as _library_v1_GamePlaytime__Output } from './library/v1/GamePlaytime.ts';
import type { GetAchievementsRequest as _library_v1_GetAchievementsRequest, GetAchievementsRequest__Output as _library_v1_GetAchievementsRequest__Output } from './library/v1/GetAchievementsRequest.ts';
import type { GetAchievementsResponse as _library_v1_GetAchievementsResponse, GetAchievementsResponse__Output as _library_v1_GetAchievementsResponse__Output } from './library/v1/GetAchievementsResponse.ts';
import type { GetLibraryItemRequest as _library_v1_GetLibraryItemRequest, GetLibraryItemRequest__Output as _library_v1_GetLibraryItemRequest__Output } from './library/v1/GetLibraryItemRequest.ts';
import type { GetLibraryRequest as _library_v1_GetLibraryRequest, GetLibraryRequest__Output as _library_v1_GetLibraryRequest__Output } from './library/v1/GetLibraryRequest.ts';
import type { GetLibraryResponse as _library_v1_GetLibraryResponse, GetLibraryResponse__Output as _library_v1_GetLibraryResponse__Output } from './library/v1/GetLibraryResponse.ts';
import type { GetPlaytimeRequest as _library_v1_GetPlaytimeRequest, GetPlaytimeRequest__Output as _library_v1_GetPlaytimeRequest__Output } from './library/v1/GetPlaytimeRequest.ts';
import type { GrantGameRequest as _library_v1_GrantGameRequest, GrantGameRequest__Output as _library_v1_GrantGameRequest__Output } from './library/v1/GrantGameRequest.ts';
import type { GrantGameResponse as _library_v1_GrantGameResponse, GrantGameResponse__Output as _library_v1_GrantGameResponse__Output } from './library/v1/GrantGameResponse.ts';
import type { Installation as _library_v1_Installation, Installation__Output as _library_v1_Installation__Output } from './library/v1/Installation.ts';
import type { ItemAchievements as _library_v1_ItemAchievements, ItemAchievements__Output as _library_v1_ItemAchievements__Output } from './library/v1/ItemAchievements.ts';
import type { ItemPlaytime as _library_v1_ItemPlaytime, ItemPlaytime__Output as _library_v1_ItemPlaytime__Output } from './library/v1/ItemPlaytime.ts';
import type { LibraryCommandServiceClient as _library_v1_LibraryCommandServiceClient, LibraryCommandServiceDefinition as _library_v1_LibraryCommandServiceDefinition } from './library/v1/LibraryCommandService.ts';
import type { LibraryItem as _library_v1_LibraryItem, LibraryItem__Output as _library_v1_LibraryItem__Output } from './library/v1/LibraryItem.ts';
import type { LibraryQueryServiceClient as _library_v1_LibraryQueryServiceClient, LibraryQueryServiceDefinition as _library_v1_LibraryQueryServiceDefinition } from './library/v1/LibraryQueryService.ts';
import type { MonthlyPlaytime as _library_v1_MonthlyPlaytime, MonthlyPlaytime__Output as _library_v1_MonthlyPlaytime__Output } from './library/v1/MonthlyPlaytime.ts';
import type { Playtime as _library_v1_Playtime, Playtime__Output as _library_v1_Playtime__Output } from './library/v1/Playtime.ts';
import type { RevokeGameRequest as _library_v1_RevokeGameRequest, RevokeGameRequest__Output as _library_v1_RevokeGameRequest__Output } from './library/v1/RevokeGameRequest.ts';
import type { RevokeGameResponse as _library_v1_RevokeGameResponse, RevokeGameResponse__Output as _library_v1_RevokeGameResponse__Output } from './library/v1/RevokeGameResponse.ts';
import type { SetInstallStatusRequest as _library_v1_SetInstallStatusRequest, SetInstallStatusRequest__Output as _library_v1_SetInstallStatusRequest__Output } from './library/v1/SetInstallStatusRequest.ts';
import type { SetInstallStatusResponse as _library_v1_SetInstallStatusResponse, SetInstallStatusResponse__Output as _library_v1_SetInstallStatusResponse__Output } from './library/v1/SetInstallStatusResponse.ts';
import type { UnlockAchievementRequest as _library_v1_UnlockAchievementRequest, UnlockAchievementRequest__Output as _library_v1_UnlockAchievementRequest__Output } from './library/v1/UnlockAchievementRequest.ts';
import type { UnlockAchievementResponse as _library_v1_UnlockAchievementResponse, UnlockAchievementResponse__Output as _library_v1_UnlockAchievementResponse__Output } from './library/v1/UnlockAchievementResponse.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  google: {
    protobuf: {
      Timestamp: MessageTypeDefinition<_google_protobuf_Timestamp, _google_protobuf_Timestamp__Output>
    }
  }
  library: {
    v1: {
      Achievement: MessageTypeDefinition<_library_v1_Achievement, _library_v1_Achievement__Output>
      AcquisitionSource: EnumTypeDefinition
      BatchCheckGameAccessRequest: MessageTypeDefinition<_library_v1_BatchCheckGameAccessRequest, _library_v1_BatchCheckGameAccessRequest__Output>
      BatchCheckGameAccessResponse: MessageTypeDefinition<_library_v1_BatchCheckGameAccessResponse, _library_v1_BatchCheckGameAccessResponse__Output>
      CheckGameAccessRequest: MessageTypeDefinition<_library_v1_CheckGameAccessRequest, _library_v1_CheckGameAccessRequest__Output>
      DailyPlaytime: MessageTypeDefinition<_library_v1_DailyPlaytime, _library_v1_DailyPlaytime__Output>
      GameAccess: MessageTypeDefinition<_library_v1_GameAccess, _library_v1_GameAccess__Output>
      GamePlaytime: MessageTypeDefinition<_library_v1_GamePlaytime, _library_v1_GamePlaytime__Output>
      GetAchievementsRequest: MessageTypeDefinition<_library_v1_GetAchievementsRequest, _library_v1_GetAchievementsRequest__Output>
      GetAchievementsResponse: MessageTypeDefinition<_library_v1_GetAchievementsResponse, _library_v1_GetAchievementsResponse__Output>
      GetLibraryItemRequest: MessageTypeDefinition<_library_v1_GetLibraryItemRequest, _library_v1_GetLibraryItemRequest__Output>
      GetLibraryRequest: MessageTypeDefinition<_library_v1_GetLibraryRequest, _library_v1_GetLibraryRequest__Output>
      GetLibraryResponse: MessageTypeDefinition<_library_v1_GetLibraryResponse, _library_v1_GetLibraryResponse__Output>
      GetPlaytimeRequest: MessageTypeDefinition<_library_v1_GetPlaytimeRequest, _library_v1_GetPlaytimeRequest__Output>
      GrantGameRequest: MessageTypeDefinition<_library_v1_GrantGameRequest, _library_v1_GrantGameRequest__Output>
      GrantGameResponse: MessageTypeDefinition<_library_v1_GrantGameResponse, _library_v1_GrantGameResponse__Output>
      InstallStatus: EnumTypeDefinition
      Installation: MessageTypeDefinition<_library_v1_Installation, _library_v1_Installation__Output>
      ItemAchievements: MessageTypeDefinition<_library_v1_ItemAchievements, _library_v1_ItemAchievements__Output>
      ItemPlaytime: MessageTypeDefinition<_library_v1_ItemPlaytime, _library_v1_ItemPlaytime__Output>
      LibraryCommandService: SubtypeConstructor<typeof grpc.Client, _library_v1_LibraryCommandServiceClient> & { service: _library_v1_LibraryCommandServiceDefinition }
      LibraryItem: MessageTypeDefinition<_library_v1_LibraryItem, _library_v1_LibraryItem__Output>
      LibraryQueryService: SubtypeConstructor<typeof grpc.Client, _library_v1_LibraryQueryServiceClient> & { service: _library_v1_LibraryQueryServiceDefinition }
      LibrarySort: EnumTypeDefinition
      MonthlyPlaytime: MessageTypeDefinition<_library_v1_MonthlyPlaytime, _library_v1_MonthlyPlaytime__Output>
      Playtime: MessageTypeDefinition<_library_v1_Playtime, _library_v1_Playtime__Output>
      RevokeGameRequest: MessageTypeDefinition<_library_v1_RevokeGameRequest, _library_v1_RevokeGameRequest__Output>
      RevokeGameResponse: MessageTypeDefinition<_library_v1_RevokeGameResponse, _library_v1_RevokeGameResponse__Output>
      SetInstallStatusRequest: MessageTypeDefinition<_library_v1_SetInstallStatusRequest, _library_v1_SetInstallStatusRequest__Output>
      SetInstallStatusResponse: MessageTypeDefinition<_library_v1_SetInstallStatusResponse, _library_v1_SetInstallStatusResponse__Output>
      SortOrder: EnumTypeDefinition
      UnlockAchievementRequest: MessageTypeDefinition<_library_v1_UnlockAchievementRequest, _library_v1_UnlockAchievementRequest__Output>
      UnlockAchievementResponse: MessageTypeDefinition<_library_v1_UnlockAchievementResponse, _library_v1_UnlockAchievementResponse__Output>
    }
  }
}

