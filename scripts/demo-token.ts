import { signDevToken } from '../lib/auth/dev-token.ts';
import { loadConfig } from '../lib/config/load.ts';
import type { Role } from '../lib/contract/endpoint.ts';
import { DEMO_USER_ID } from '../lib/library/demo-user.ts';

/** A token for trying the product out, signed with the development key of the current configuration. */
export function demoToken(userId: string = DEMO_USER_ID, roles: readonly Role[] = ['user']): Promise<string> {
  return signDevToken(loadConfig().auth, { userId, roles, ttlSeconds: 86_400 }, Date.now());
}
