// Original file: api/proto/v1/library.proto

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';

export interface UnlockAchievementRequest {
  'user_id'?: (string);
  'game_id'?: (string);
  'achievement_id'?: (string);
  'offline'?: (boolean);
  'unlocked_at'?: (_google_protobuf_Timestamp | null);
  'idempotency_key'?: (string);
}

export interface UnlockAchievementRequest__Output {
  'user_id': (string);
  'game_id': (string);
  'achievement_id': (string);
  'offline': (boolean);
  'unlocked_at': (_google_protobuf_Timestamp__Output | null);
  'idempotency_key': (string);
}
