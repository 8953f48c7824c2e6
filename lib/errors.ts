import { Errors } from 'moleculer';

/**
 * Every error the API can answer with: HTTP status and a title that never changes. `docs/errors.md` explains each to
 * the people who meet it; a test fails when one of the two is missing.
 */
export const ERRORS = {
  VALIDATION_ERROR: { status: 422, title: 'The request is not valid' },
  INVALID_SESSION_OPERATION: { status: 400, title: 'The session cannot do this' },
  MALFORMED_REQUEST: { status: 400, title: 'The request cannot be read' },
  UNAUTHENTICATED: { status: 401, title: 'A valid access token is required' },
  FORBIDDEN: { status: 403, title: 'The caller may not do this' },
  QUOTA_EXCEEDED: { status: 403, title: 'There is no room for more' },
  NOT_FOUND: { status: 404, title: 'There is no such thing here' },
  USER_ERASED: { status: 410, title: 'The account was deleted, and its data with it' },
  GAME_NOT_IN_LIBRARY: { status: 404, title: 'The user has no access to this game' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'This path does not take this method' },
  CONFLICT: { status: 409, title: 'This does not fit what is there' },
  ACHIEVEMENT_SERVER_AUTHORITATIVE: { status: 403, title: 'Only services of the platform may report this achievement' },
  ACHIEVEMENT_ALREADY_UNLOCKED: { status: 409, title: 'The achievement is unlocked already' },
  ACHIEVEMENT_NEEDS_PROGRESS: { status: 409, title: 'The achievement is unlocked by progress only' },
  ACHIEVEMENT_NEEDS_SESSION: { status: 409, title: 'The game is not being played' },
  ACHIEVEMENT_CHANGE_TOO_LARGE: { status: 422, title: 'The progress rises by more than the achievement allows' },
  ACHIEVEMENT_TIME_REFUSED: { status: 422, title: 'The achievement cannot have been reached at this time' },
  ACHIEVEMENT_PROGRESS_TOO_FAST: { status: 429, title: 'The progress rises faster than the achievement allows' },
  GAME_ALREADY_OWNED: { status: 409, title: 'The game is in the library' },
  ALREADY_IN_FAMILY: { status: 409, title: 'The user is a member, or invited' },
  FAMILY_FULL: { status: 409, title: 'The family has as many members as it may have' },
  TOO_MANY_FAMILIES: { status: 409, title: 'The user borrows from as many owners as one may' },
  TOO_MANY_INVITATIONS: { status: 409, title: 'The user has as many open invitations as one may have' },
  ALREADY_IN_WISHLIST: { status: 409, title: 'The game is in the wishlist' },
  SAVEGAME_CONFLICT: { status: 409, title: 'The save in the cloud is not the one this save was made from' },
  SAVEGAME_SYNC_OFF: { status: 409, title: 'The user has switched cloud saves off' },
  SAVEGAME_NOT_UPLOADED: { status: 409, title: 'The file is not in the store yet' },
  SAVEGAME_ALREADY_CONFIRMED: { status: 409, title: 'The upload was confirmed before' },
  SAVEGAME_UPLOAD_EXPIRED: { status: 410, title: 'The upload was not confirmed in time, or given up' },
  SAVEGAME_CONTENT_MISMATCH: { status: 422, title: 'The file is not the one that was announced' },
  SAVEGAME_URL_REFUSED: { status: 403, title: 'The signed URL does not allow this' },
  SAVEGAME_LOST: { status: 410, title: 'The store does not have the file of this save any more' },
  COPY_IN_USE: { status: 409, title: 'Somebody else plays this copy of the game' },
  TOO_MANY_LIVE_SESSIONS: { status: 409, title: 'Too many games are being played at once' },
  IDEMPOTENCY_KEY_IN_USE: { status: 409, title: 'The first request with this key is still under way' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'This key was used with another request' },
  CLIENT_TOO_SLOW: { status: 408, title: 'The request did not arrive in time' },
  PRECONDITION_FAILED: { status: 412, title: 'It has changed since the version named' },
  UPGRADE_REQUIRED: { status: 426, title: 'This path speaks WebSocket only' },
  PRECONDITION_REQUIRED: { status: 428, title: 'The change must say which version it is based on' },
  LENGTH_REQUIRED: { status: 411, title: 'The request must say how long its body is' },
  PAYLOAD_TOO_LARGE: { status: 413, title: 'The request body is too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The request body must be application/json' },
  RANGE_NOT_SATISFIABLE: { status: 416, title: 'The file ends before the range that is asked for' },
  RATE_LIMITED: { status: 429, title: 'Too many requests' },
  REQUEST_HEADERS_TOO_LARGE: { status: 431, title: 'The request head is too large' },
  INTERNAL: { status: 500, title: 'The service failed' },
  UNAVAILABLE: { status: 503, title: 'The service cannot answer right now' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** What stands for a code of a newer release that this one does not know: the most general one of its status. */
const GENERAL: Readonly<Partial<Record<number, ErrorCode>>> = {
  400: 'MALFORMED_REQUEST',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  412: 'PRECONDITION_FAILED',
  422: 'VALIDATION_ERROR',
  429: 'RATE_LIMITED',
  503: 'UNAVAILABLE',
};

/** The code of a refusal that another node sent; null when it is nothing that callers should see as a refusal. */
export function knownCode(code: string, status: unknown): ErrorCode | null {
  if (Object.hasOwn(ERRORS, code)) return code as ErrorCode;
  return GENERAL[Number(status)] ?? null;
}

export interface ErrorData {
  /** For validation: which member is wrong, and how. */
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
  /** When to try again, ms. */
  readonly retryAfterMs?: number;
  /** Further members of the problem document. */
  readonly [member: string]: unknown;
}

/** A refusal from the catalogue. Crosses nodes (moleculer keeps code, type and data) and becomes problem+json. */
export class LibraryError extends Errors.MoleculerError {
  constructor(code: ErrorCode, detail: string, data: ErrorData = {}) {
    super(detail, ERRORS[code].status, code, data);
    this.name = 'LibraryError';
  }
}
