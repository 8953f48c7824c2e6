// Original file: api/proto/v1/library.proto

import type { CheckGameAccessRequest as _library_v1_CheckGameAccessRequest, CheckGameAccessRequest__Output as _library_v1_CheckGameAccessRequest__Output } from '../../library/v1/CheckGameAccessRequest.ts';

export interface BatchCheckGameAccessRequest {
  'checks'?: (_library_v1_CheckGameAccessRequest)[];
}

export interface BatchCheckGameAccessRequest__Output {
  'checks': (_library_v1_CheckGameAccessRequest__Output)[];
}
