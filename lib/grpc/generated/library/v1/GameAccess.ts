// Original file: api/proto/v1/library.proto

import type { AcquisitionSource as _library_v1_AcquisitionSource, AcquisitionSource__Output as _library_v1_AcquisitionSource__Output } from '../../library/v1/AcquisitionSource.ts';
import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';

// Original file: api/proto/v1/library.proto

export const _library_v1_GameAccess_Access = {
  ACCESS_UNSPECIFIED: 'ACCESS_UNSPECIFIED',
  ACCESS_NONE: 'ACCESS_NONE',
  ACCESS_OWNED: 'ACCESS_OWNED',
  ACCESS_BORROWED: 'ACCESS_BORROWED',
} as const;

export type _library_v1_GameAccess_Access =
  | 'ACCESS_UNSPECIFIED'
  | 0
  | 'ACCESS_NONE'
  | 1
  | 'ACCESS_OWNED'
  | 2
  | 'ACCESS_BORROWED'
  | 3

export type _library_v1_GameAccess_Access__Output = typeof _library_v1_GameAccess_Access[keyof typeof _library_v1_GameAccess_Access]

export interface GameAccess {
  'user_id'?: (string);
  'game_id'?: (string);
  'access'?: (_library_v1_GameAccess_Access);
  'source'?: (_library_v1_AcquisitionSource);
  'acquired_at'?: (_google_protobuf_Timestamp | null);
}

export interface GameAccess__Output {
  'user_id': (string);
  'game_id': (string);
  'access': (_library_v1_GameAccess_Access__Output);
  'source': (_library_v1_AcquisitionSource__Output);
  'acquired_at': (_google_protobuf_Timestamp__Output | null);
}
