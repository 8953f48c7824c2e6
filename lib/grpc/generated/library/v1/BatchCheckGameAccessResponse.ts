// Original file: api/proto/v1/library.proto

import type { GameAccess as _library_v1_GameAccess, GameAccess__Output as _library_v1_GameAccess__Output } from '../../library/v1/GameAccess.ts';

export interface BatchCheckGameAccessResponse {
  'results'?: (_library_v1_GameAccess)[];
}

export interface BatchCheckGameAccessResponse__Output {
  'results': (_library_v1_GameAccess__Output)[];
}
