// Original file: api/proto/v1/library.proto

import type { InstallStatus as _library_v1_InstallStatus, InstallStatus__Output as _library_v1_InstallStatus__Output } from '../../library/v1/InstallStatus.ts';
import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';

export interface Installation {
  'device_id'?: (string);
  'status'?: (_library_v1_InstallStatus);
  'version'?: (string);
  'updated_at'?: (_google_protobuf_Timestamp | null);
}

export interface Installation__Output {
  'device_id': (string);
  'status': (_library_v1_InstallStatus__Output);
  'version': (string);
  'updated_at': (_google_protobuf_Timestamp__Output | null);
}
