import { describe } from '@jest/globals';
import { canStart } from '../scripts/servers/machine.ts';
import type { ServerName } from '../scripts/servers/server.ts';
import { SERVER_VARIABLES, wantsProgram, wantsServer } from './server-variables.ts';

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

/**
 * A suite that starts a private server of its own, to kill, freeze or restart it (`scripts/servers/`). Skipped, and
 * says so in its title, when this machine cannot start one, even if the run has one from the environment.
 */
export function describeWithPrivateServer(name: ServerName, title: string, body: () => void): void {
  if (canStart(name)) describe(title, body);
  else describe.skip(`${title} ${wantsProgram(name)}`, body);
}

/** As {@link describeWithPrivateServer}, for a suite that starts several servers. */
export function describeWithPrivateServers(names: readonly ServerName[], title: string, body: () => void): void {
  const missing = names.filter((name) => !canStart(name));
  if (missing.length === 0) describe(title, body);
  else describe.skip(`${title} ${missing.map(wantsProgram).join(', ')}`, body);
}

/** What a `start…` function of `scripts/servers/` returned, inside such a suite. */
export function started<Server>(server: Server | null): Server {
  if (server === null) throw new Error('the server is missing after all');
  return server;
}
