// Original file: api/proto/v1/library.proto

import type { Long } from '@grpc/proto-loader';

export interface MonthlyPlaytime {
  'month'?: (string);
  'seconds'?: (number | string | Long);
}

export interface MonthlyPlaytime__Output {
  'month': (string);
  'seconds': (number);
}
