// Original file: api/proto/v1/library.proto

import type { AcquisitionSource as _library_v1_AcquisitionSource, AcquisitionSource__Output as _library_v1_AcquisitionSource__Output } from '../../library/v1/AcquisitionSource.ts';
import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';
import type { ItemPlaytime as _library_v1_ItemPlaytime, ItemPlaytime__Output as _library_v1_ItemPlaytime__Output } from '../../library/v1/ItemPlaytime.ts';
import type { InstallStatus as _library_v1_InstallStatus, InstallStatus__Output as _library_v1_InstallStatus__Output } from '../../library/v1/InstallStatus.ts';
import type { Installation as _library_v1_Installation, Installation__Output as _library_v1_Installation__Output } from '../../library/v1/Installation.ts';
import type { ItemAchievements as _library_v1_ItemAchievements, ItemAchievements__Output as _library_v1_ItemAchievements__Output } from '../../library/v1/ItemAchievements.ts';
import type { Long } from '@grpc/proto-loader';

export interface LibraryItem {
  'game_id'?: (string);
  'title'?: (string);
  'developer'?: (string);
  'publisher'?: (string);
  'cover_url'?: (string);
  'genres'?: (string)[];
  'source'?: (_library_v1_AcquisitionSource);
  'acquired_at'?: (_google_protobuf_Timestamp | null);
  'hidden'?: (boolean);
  'favorite'?: (boolean);
  'notes'?: (string);
  'playtime'?: (_library_v1_ItemPlaytime | null);
  'status'?: (_library_v1_InstallStatus);
  'installations'?: (_library_v1_Installation)[];
  'category_ids'?: (string)[];
  'achievements'?: (_library_v1_ItemAchievements | null);
  'version'?: (number | string | Long);
}

export interface LibraryItem__Output {
  'game_id': (string);
  'title': (string);
  'developer': (string);
  'publisher': (string);
  'cover_url': (string);
  'genres': (string)[];
  'source': (_library_v1_AcquisitionSource__Output);
  'acquired_at': (_google_protobuf_Timestamp__Output | null);
  'hidden': (boolean);
  'favorite': (boolean);
  'notes': (string);
  'playtime': (_library_v1_ItemPlaytime__Output | null);
  'status': (_library_v1_InstallStatus__Output);
  'installations': (_library_v1_Installation__Output)[];
  'category_ids': (string)[];
  'achievements': (_library_v1_ItemAchievements__Output | null);
  'version': (number);
}
