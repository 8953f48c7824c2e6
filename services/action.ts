import type { ActionSchema, Context, Service } from 'moleculer';
import type { Endpoint, Request, ResponseOf } from '../lib/contract/endpoint.ts';
import { isDatabaseUnavailable } from '../lib/db/unavailable.ts';
import { LibraryError } from '../lib/errors.ts';

type Logger = Service['logger'];

const RETRY_AFTER_MS = 1_000;

/** The action behind an endpoint: what it takes and what it answers are the contract's. */
export function endpointAction<E extends Endpoint>(
  answer: (request: Request<E>, logger: Logger) => Promise<ResponseOf<E>>,
): ActionSchema {
  return action(answer);
}

/** An action of this cluster, for the gateway and other services; its failures are such that they cross nodes. */
export function action<Params, Result>(answer: (params: Params, logger: Logger) => Promise<Result>): ActionSchema {
  return {
    visibility: 'public',
    async handler(this: Service, ctx: Context<Params>): Promise<Result> {
      try {
        return await answer(ctx.params, this.logger);
      } catch (error) {
        throw translated(error);
      }
    },
  };
}

/** What is no rule's refusal but may pass, as the catalogue's UNAVAILABLE; everything else as it is. */
function translated(error: unknown): unknown {
  const { name, retryAfterMs } = (error ?? {}) as { name?: unknown; retryAfterMs?: unknown };
  if (name === 'EngineUnavailable') {
    return unavailable('The session engine cannot answer right now', error, retryAfterMs);
  }
  if (name === 'SaveStoreUnavailable')
    return unavailable('The store of saves cannot answer right now', error, RETRY_AFTER_MS);
  if (isDatabaseUnavailable(error)) return unavailable('The database cannot answer right now', error, RETRY_AFTER_MS);
  return error;
}

function unavailable(detail: string, cause: unknown, retryAfterMs: unknown): LibraryError {
  const error = new LibraryError('UNAVAILABLE', detail, {
    retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : RETRY_AFTER_MS,
  });
  error.cause = cause;
  return error;
}
