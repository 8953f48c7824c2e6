// Original file: api/proto/upstream/catalog.proto

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';
import type { Long } from '@grpc/proto-loader';

export interface Price {
  'currency'?: (string);
  'amount_minor'?: (number | string | Long);
  'regular_minor'?: (number | string | Long);
  'sale_ends_at'?: (_google_protobuf_Timestamp | null);
  '_regular_minor'?: "regular_minor";
}

export interface Price__Output {
  'currency': (string);
  'amount_minor': (number);
  'regular_minor'?: (number);
  'sale_ends_at': (_google_protobuf_Timestamp__Output | null);
}
