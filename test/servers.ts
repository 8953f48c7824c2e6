import { describe } from '@jest/globals';
import type { ServerName } from '../scripts/servers/server.ts';
import { SERVER_VARIABLES, wantsServer } from './server-variables.ts';

/**
 * A suite that needs a real server, shared by the whole run: use a database, key prefix or subject of your own. Without
 * the server the suite is skipped, and says so in its title. The body may use the address in hooks and tests only: it
 * is empty when the suite is skipped.
 */
export function describeWithServer(name: ServerName, title: string, body: (address: string) => void): void {
  describeWithServers([name], title, (addresses) => body(addresses[name]));
}

/** As {@link describeWithServer}, for a suite that needs several servers. */
export function describeWithServers<Name extends ServerName>(
  names: readonly Name[],
  title: string,
  body: (addresses: Readonly<Record<Name, string>>) => void,
): void {
  const found = names.map((name): [Name, string] => [name, process.env[SERVER_VARIABLES[name]] ?? '']);
  const missing = found.filter(([, address]) => address === '').map(([name]) => name);
  const addresses = Object.fromEntries(found) as Record<Name, string>;
  if (missing.length === 0) describe(title, () => body(addresses));
  else describe.skip(`${title} ${wantsServer(missing)}`, () => body(addresses));
}
