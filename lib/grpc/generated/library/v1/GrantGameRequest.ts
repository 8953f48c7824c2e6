// Original file: api/proto/v1/library.proto

import type { AcquisitionSource as _library_v1_AcquisitionSource, AcquisitionSource__Output as _library_v1_AcquisitionSource__Output } from '../../library/v1/AcquisitionSource.ts';

export interface GrantGameRequest {
  'user_id'?: (string);
  'game_id'?: (string);
  'source'?: (_library_v1_AcquisitionSource);
  'idempotency_key'?: (string);
}

export interface GrantGameRequest__Output {
  'user_id': (string);
  'game_id': (string);
  'source': (_library_v1_AcquisitionSource__Output);
  'idempotency_key': (string);
}
