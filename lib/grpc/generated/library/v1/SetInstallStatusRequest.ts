// Original file: api/proto/v1/library.proto

import type { InstallStatus as _library_v1_InstallStatus, InstallStatus__Output as _library_v1_InstallStatus__Output } from '../../library/v1/InstallStatus.ts';

export interface SetInstallStatusRequest {
  'user_id'?: (string);
  'game_id'?: (string);
  'device_id'?: (string);
  'status'?: (_library_v1_InstallStatus);
  'version'?: (string);
  'idempotency_key'?: (string);
}

export interface SetInstallStatusRequest__Output {
  'user_id': (string);
  'game_id': (string);
  'device_id': (string);
  'status': (_library_v1_InstallStatus__Output);
  'version': (string);
  'idempotency_key': (string);
}
