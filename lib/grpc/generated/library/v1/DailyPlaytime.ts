// Original file: api/proto/v1/library.proto

import type { Long } from '@grpc/proto-loader';

export interface DailyPlaytime {
  'date'?: (string);
  'seconds'?: (number | string | Long);
}

export interface DailyPlaytime__Output {
  'date': (string);
  'seconds': (number);
}
