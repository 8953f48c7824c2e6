// Original file: api/proto/v1/library.proto

import type { LibraryItem as _library_v1_LibraryItem, LibraryItem__Output as _library_v1_LibraryItem__Output } from '../../library/v1/LibraryItem.ts';

export interface GetLibraryResponse {
  'items'?: (_library_v1_LibraryItem)[];
  'next_cursor'?: (string);
}

export interface GetLibraryResponse__Output {
  'items': (_library_v1_LibraryItem__Output)[];
  'next_cursor': (string);
}
