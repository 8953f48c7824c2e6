// Original file: api/proto/v1/library.proto

import type { AcquisitionSource as _library_v1_AcquisitionSource, AcquisitionSource__Output as _library_v1_AcquisitionSource__Output } from '../../library/v1/AcquisitionSource.ts';
import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';

export interface GrantGameResponse {
  'user_id'?: (string);
  'game_id'?: (string);
  'source'?: (_library_v1_AcquisitionSource);
  'acquired_at'?: (_google_protobuf_Timestamp | null);
  'created'?: (boolean);
}

export interface GrantGameResponse__Output {
  'user_id': (string);
  'game_id': (string);
  'source': (_library_v1_AcquisitionSource__Output);
  'acquired_at': (_google_protobuf_Timestamp__Output | null);
  'created': (boolean);
}
