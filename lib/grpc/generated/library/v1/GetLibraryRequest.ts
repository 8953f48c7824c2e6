// Original file: api/proto/v1/library.proto

import type { InstallStatus as _library_v1_InstallStatus, InstallStatus__Output as _library_v1_InstallStatus__Output } from '../../library/v1/InstallStatus.ts';
import type { AcquisitionSource as _library_v1_AcquisitionSource, AcquisitionSource__Output as _library_v1_AcquisitionSource__Output } from '../../library/v1/AcquisitionSource.ts';
import type { LibrarySort as _library_v1_LibrarySort, LibrarySort__Output as _library_v1_LibrarySort__Output } from '../../library/v1/LibrarySort.ts';
import type { SortOrder as _library_v1_SortOrder, SortOrder__Output as _library_v1_SortOrder__Output } from '../../library/v1/SortOrder.ts';

export interface GetLibraryRequest {
  'user_id'?: (string);
  'limit'?: (number);
  'cursor'?: (string);
  'q'?: (string);
  'status'?: (_library_v1_InstallStatus);
  'source'?: (_library_v1_AcquisitionSource);
  'hidden'?: (boolean);
  'favorite'?: (boolean);
  'played_within_days'?: (number);
  'sort'?: (_library_v1_LibrarySort);
  'order'?: (_library_v1_SortOrder);
  'category_id'?: (string);
  '_hidden'?: "hidden";
  '_favorite'?: "favorite";
}

export interface GetLibraryRequest__Output {
  'user_id': (string);
  'limit': (number);
  'cursor': (string);
  'q': (string);
  'status': (_library_v1_InstallStatus__Output);
  'source': (_library_v1_AcquisitionSource__Output);
  'hidden'?: (boolean);
  'favorite'?: (boolean);
  'played_within_days': (number);
  'sort': (_library_v1_LibrarySort__Output);
  'order': (_library_v1_SortOrder__Output);
  'category_id': (string);
}
