// Original file: api/proto/v1/library.proto

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';

// Original file: api/proto/v1/library.proto

export const _library_v1_Achievement_Authority = {
  AUTHORITY_UNSPECIFIED: 'AUTHORITY_UNSPECIFIED',
  AUTHORITY_CLIENT: 'AUTHORITY_CLIENT',
  AUTHORITY_SERVER: 'AUTHORITY_SERVER',
} as const;

export type _library_v1_Achievement_Authority =
  | 'AUTHORITY_UNSPECIFIED'
  | 0
  | 'AUTHORITY_CLIENT'
  | 1
  | 'AUTHORITY_SERVER'
  | 2

export type _library_v1_Achievement_Authority__Output = typeof _library_v1_Achievement_Authority[keyof typeof _library_v1_Achievement_Authority]

// Original file: api/proto/v1/library.proto

export const _library_v1_Achievement_ProgressKind = {
  PROGRESS_KIND_UNSPECIFIED: 'PROGRESS_KIND_UNSPECIFIED',
  PROGRESS_KIND_MAX: 'PROGRESS_KIND_MAX',
  PROGRESS_KIND_INCREMENT: 'PROGRESS_KIND_INCREMENT',
} as const;

export type _library_v1_Achievement_ProgressKind =
  | 'PROGRESS_KIND_UNSPECIFIED'
  | 0
  | 'PROGRESS_KIND_MAX'
  | 1
  | 'PROGRESS_KIND_INCREMENT'
  | 2

export type _library_v1_Achievement_ProgressKind__Output = typeof _library_v1_Achievement_ProgressKind[keyof typeof _library_v1_Achievement_ProgressKind]

export interface Achievement {
  'game_id'?: (string);
  'achievement_id'?: (string);
  'title'?: (string);
  'description'?: (string);
  'hidden'?: (boolean);
  'authority'?: (_library_v1_Achievement_Authority);
  'progress_kind'?: (_library_v1_Achievement_ProgressKind);
  'target'?: (number);
  'progress'?: (number);
  'unlocked'?: (boolean);
  'unlocked_at'?: (_google_protobuf_Timestamp | null);
  'offline'?: (boolean);
  'rarity_percent'?: (number | string);
}

export interface Achievement__Output {
  'game_id': (string);
  'achievement_id': (string);
  'title': (string);
  'description': (string);
  'hidden': (boolean);
  'authority': (_library_v1_Achievement_Authority__Output);
  'progress_kind': (_library_v1_Achievement_ProgressKind__Output);
  'target': (number);
  'progress': (number);
  'unlocked': (boolean);
  'unlocked_at': (_google_protobuf_Timestamp__Output | null);
  'offline': (boolean);
  'rarity_percent': (number);
}
