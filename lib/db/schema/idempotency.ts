export interface IdempotencyTables {
  idempotency_keys: IdempotencyKeys;
}

interface IdempotencyKeys {
  user_id: string;
  key: string;
  /** Digest of what was asked. */
  fingerprint: string;
  /** Null while the first request is under way. */
  status: number | null;
  reply: string | null;
  expires_at: Date;
}
