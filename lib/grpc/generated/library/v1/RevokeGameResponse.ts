// Original file: api/proto/v1/library.proto


export interface RevokeGameResponse {
}

export interface RevokeGameResponse__Output {
}
