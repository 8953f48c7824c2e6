/** The replies of Idempotency-Keys, for gateways that have no database of their own. */
import type { ServiceSchema } from 'moleculer';
import { action } from './action.ts';
import type { Database } from '../lib/db/database.ts';
import type { KeyUse } from '../lib/http/idempotency.ts';
import { postgresIdempotencyStore } from '../lib/idempotency/postgres-idempotency-store.ts';
import type { Clock } from '../lib/ports/clock.ts';

export interface IdempotencyDeps {
  readonly database: Pick<Database, 'db'>;
  readonly clock: Clock;
  /** How long a reply is kept, ms. */
  readonly retentionMs: number;
}

interface KeyParams {
  readonly user_id: string;
  readonly key: string;
  readonly fingerprint: string;
}

interface FinishParams extends KeyParams {
  readonly status: number;
  readonly body: string;
}

export function idempotencyService({ database: { db }, clock, retentionMs }: IdempotencyDeps): ServiceSchema {
  const store = postgresIdempotencyStore(db, clock, retentionMs);
  return {
    name: 'idempotency',
    actions: {
      begin: action((params: KeyParams) => store.begin(useOf(params))),
      finish: action((params: FinishParams) => store.finish(useOf(params), params.status, params.body)),
      abandon: action((params: KeyParams) => store.abandon(useOf(params))),
    },
  };
}

function useOf({ user_id, key, fingerprint }: KeyParams): KeyUse {
  return { userId: user_id, key, fingerprint };
}
