import { Command, InvalidArgumentError } from 'commander';
import { signDevToken } from '../lib/auth/dev-token.ts';
import { ConfigError } from '../lib/config/config-error.ts';
import { loadConfig } from '../lib/config/load.ts';
import { ROLES, type Role } from '../lib/contract/endpoint.ts';
import { DEMO_USER_ID } from '../lib/library/demo-user.ts';
import { keyToUuid, uuidToKey } from '../lib/uuid.ts';

function userId(text: string): string {
  const key = uuidToKey(text);
  if (key === null) throw new InvalidArgumentError('expected a UUID');
  return keyToUuid(key);
}

function roles(text: string): Role[] {
  return text.split(',').map((name) => {
    const role = ROLES.find((known) => known === name.trim());
    if (role === undefined) throw new InvalidArgumentError(`expected some of ${ROLES.join(', ')}`);
    return role;
  });
}

function seconds(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('expected whole seconds');
  return Number(text);
}

const program = new Command('token')
  .description('Print a token signed with the development key (AUTH_MODE=dev).')
  .option('--user <uuid>', 'who the token speaks for', userId, DEMO_USER_ID)
  .option('--roles <list>', `some of ${ROLES.join(', ')}`, roles, ['user'] as Role[])
  .option('--ttl <seconds>', 'how long it is valid', seconds, 3600)
  .action(async (options: { user: string; roles: Role[]; ttl: number }) => {
    const { auth } = loadConfig();
    const request = { userId: options.user, roles: options.roles, ttlSeconds: options.ttl };
    console.log(await signDevToken(auth, request, Date.now()));
  });

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : String(error));
  process.exitCode = 1;
}
