// Original file: api/proto/v1/library.proto

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';

export interface UnlockAchievementResponse {
  'game_id'?: (string);
  'achievement_id'?: (string);
  'unlocked_at'?: (_google_protobuf_Timestamp | null);
  'offline'?: (boolean);
}

export interface UnlockAchievementResponse__Output {
  'game_id': (string);
  'achievement_id': (string);
  'unlocked_at': (_google_protobuf_Timestamp__Output | null);
  'offline': (boolean);
}
