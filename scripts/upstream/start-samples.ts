import { sampleAccount } from './sample-accounts.ts';
import { sampleGame } from './sample-game.ts';
import { startUpstreamServer } from './upstream-server.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Starts the samples of Account and Catalog where the environment names neither the services nor a database of one's own,
 * and does not require TLS: for people who try the product. Returns the environment with their addresses.
 */
export async function withSampleUpstreams(env: Environment): Promise<Environment> {
  const isSet = (name: string): boolean => env[name] !== undefined && env[name] !== '';
  if (['POSTGRES_DSN', 'POSTGRES_DSN_FILE', 'NATS_URL', 'NATS_URL_FILE', 'CONFIG_FILE'].some(isSet)) return env;
  // The samples know no TLS.
  if (env['TLS_REQUIRED'] === 'on') return env;
  if (isSet('ACCOUNT_GRPC_ADDR') && isSet('CATALOG_GRPC_ADDR')) return env;
  const { address } = await startUpstreamServer({ accountOf: sampleAccount, gameOf: sampleGame });
  return {
    ...env,
    ACCOUNT_GRPC_ADDR: isSet('ACCOUNT_GRPC_ADDR') ? env['ACCOUNT_GRPC_ADDR'] : address,
    CATALOG_GRPC_ADDR: isSet('CATALOG_GRPC_ADDR') ? env['CATALOG_GRPC_ADDR'] : address,
  };
}
