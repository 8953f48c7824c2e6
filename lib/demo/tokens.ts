/** Tokens for whoever opens the pages of a product that is tried out. There are none where `isDemo` says no. */
import type { IncomingMessage } from 'node:http';
import type { Config } from '../config/config.ts';
import { signDevToken } from '../auth/dev-token.ts';
import type { Role } from '../contract/endpoint.ts';
import { invalid } from '../contract/validation.ts';
import type { Answer } from '../http/idempotency.ts';
import { jsonBody, requireJson } from '../http/json-body.ts';
import { requireSameOrigin } from '../http/same-origin.ts';
import type { Clock } from '../ports/clock.ts';
import { DEMO_ACCOUNTS, isDemoAccount, type DemoAccount } from './accounts.ts';

export const DEMO_TOKENS_PATH = '/demo/tokens';

export interface DemoToken {
  readonly token: string;
  readonly user_id: string;
  readonly roles: readonly Role[];
}

const TTL_SECONDS = 3_600;
const BODY_LIMIT_BYTES = 1_024;

/**
 * Answers `POST /demo/tokens` `{ "account": "player" }`.
 *
 * @throws LibraryError FORBIDDEN to the pages of other sites, and whatever is wrong with the request
 */
export function demoTokens(config: Pick<Config, 'auth' | 'http'>, clock: Pick<Clock, 'now'>) {
  return async (req: IncomingMessage): Promise<Answer> => {
    requireSameOrigin(config.http, req);
    requireJson(req);
    const account = accountIn((await jsonBody(req, BODY_LIMIT_BYTES)).value);
    const { userId, roles } = DEMO_ACCOUNTS[account];
    const token = await signDevToken(config.auth, { userId, roles, ttlSeconds: TTL_SECONDS }, clock.now());
    return {
      status: 201,
      body: JSON.stringify({ token, user_id: userId, roles } satisfies DemoToken),
      replayed: false,
    };
  };
}

function accountIn(body: unknown): DemoAccount {
  const account: unknown = (body as { account?: unknown } | null)?.account;
  if (isDemoAccount(account)) return account;
  throw invalid([{ field: 'account', message: `must be one of ${Object.keys(DEMO_ACCOUNTS).join(', ')}` }]);
}
