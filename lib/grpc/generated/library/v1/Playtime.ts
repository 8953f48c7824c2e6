// Original file: api/proto/v1/library.proto

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';
import type { GamePlaytime as _library_v1_GamePlaytime, GamePlaytime__Output as _library_v1_GamePlaytime__Output } from '../../library/v1/GamePlaytime.ts';
import type { DailyPlaytime as _library_v1_DailyPlaytime, DailyPlaytime__Output as _library_v1_DailyPlaytime__Output } from '../../library/v1/DailyPlaytime.ts';
import type { MonthlyPlaytime as _library_v1_MonthlyPlaytime, MonthlyPlaytime__Output as _library_v1_MonthlyPlaytime__Output } from '../../library/v1/MonthlyPlaytime.ts';
import type { Long } from '@grpc/proto-loader';

export interface Playtime {
  'total_seconds'?: (number | string | Long);
  'recent_seconds'?: (number | string | Long);
  'last_played_at'?: (_google_protobuf_Timestamp | null);
  'games'?: (_library_v1_GamePlaytime)[];
  'daily'?: (_library_v1_DailyPlaytime)[];
  'monthly'?: (_library_v1_MonthlyPlaytime)[];
}

export interface Playtime__Output {
  'total_seconds': (number);
  'recent_seconds': (number);
  'last_played_at': (_google_protobuf_Timestamp__Output | null);
  'games': (_library_v1_GamePlaytime__Output)[];
  'daily': (_library_v1_DailyPlaytime__Output)[];
  'monthly': (_library_v1_MonthlyPlaytime__Output)[];
}
