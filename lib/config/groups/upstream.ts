import { clientFiles, group, oneOf, optionalText, whole } from '../setting.ts';

const HOST_AND_PORT = '^[^\\s/]+:\\d{1,5}$';

/** The services of the platform that this one asks. */
export const upstream = group({
  accountAddr: optionalText(
    {
      env: 'ACCOUNT_GRPC_ADDR',
      default: null,
      description: 'Account service, host:port; null: every user has an account',
    },
    { pattern: HOST_AND_PORT },
  ),
  catalogAddr: optionalText(
    {
      env: 'CATALOG_GRPC_ADDR',
      default: null,
      description: 'Catalog service, host:port; null: games are known by events and by hand only',
    },
    { pattern: HOST_AND_PORT },
  ),
  timeoutMs: whole(10, 60_000, {
    env: 'UPSTREAM_TIMEOUT_MS',
    default: 800,
    description: 'Time one try may take',
  }),
  attempts: whole(1, 10, {
    env: 'UPSTREAM_ATTEMPTS',
    default: 3,
    description: 'Tries of a call, the first among them, as long as its deadline allows',
  }),
  concurrency: whole(1, 10_000, {
    env: 'UPSTREAM_CONCURRENCY',
    default: 64,
    description: 'Calls to one service under way at once; as many more wait, and others are refused',
  }),
  breakerFailures: whole(1, 1000, {
    env: 'UPSTREAM_BREAKER_FAILURES',
    default: 5,
    description: 'After so many failures in a row a service is left alone',
  }),
  breakerOpenMs: whole(10, 600_000, {
    env: 'UPSTREAM_BREAKER_OPEN_MS',
    default: 5000,
    description: 'For how long it is left alone before one call tries it again',
  }),
  accountFreshSeconds: whole(1, 86_400, {
    env: 'UPSTREAM_ACCOUNT_FRESH_SECONDS',
    default: 600,
    description: 'How old what is known of an account may be while its service answers',
  }),
  tls: oneOf(['on', 'off'], {
    env: 'UPSTREAM_TLS',
    default: 'off',
    description: 'Whether these services are spoken to in TLS',
  }),
  ...clientFiles('UPSTREAM', 'they are'),
});
