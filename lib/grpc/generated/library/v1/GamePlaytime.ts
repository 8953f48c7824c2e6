// Original file: api/proto/v1/library.proto

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';
import type { Long } from '@grpc/proto-loader';

export interface GamePlaytime {
  'game_id'?: (string);
  'total_seconds'?: (number | string | Long);
  'recent_seconds'?: (number | string | Long);
  'last_played_at'?: (_google_protobuf_Timestamp | null);
  'live'?: (boolean);
}

export interface GamePlaytime__Output {
  'game_id': (string);
  'total_seconds': (number);
  'recent_seconds': (number);
  'last_played_at': (_google_protobuf_Timestamp__Output | null);
  'live': (boolean);
}
