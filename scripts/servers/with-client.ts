import { Client, type ClientConfig } from 'pg';

/** A connection of its own to PostgreSQL for as long as `use` takes. */
export async function withClient<Result>(
  config: ClientConfig,
  use: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client(config);
  // A connection that breaks while idle is reported here; a query under way rejects by itself.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end();
  }
}
