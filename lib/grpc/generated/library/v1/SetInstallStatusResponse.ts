// Original file: api/proto/v1/library.proto


export interface SetInstallStatusResponse {
  'changed'?: (boolean);
}

export interface SetInstallStatusResponse__Output {
  'changed': (boolean);
}
