/** Who one can be in a product that is tried out: the accounts that `POST /demo/tokens` gives tokens of. */
import type { Role } from '../contract/endpoint.ts';
import { DEMO_MEMBER_ID, DEMO_USER_ID } from '../library/demo-user.ts';

export const DEMO_ACCOUNTS = {
  /** Owns twenty games. */
  player: { userId: DEMO_USER_ID, roles: ['user'] },
  /** Borrows them. */
  friend: { userId: DEMO_MEMBER_ID, roles: ['user'] },
  operator: { userId: '00000000-0000-7000-8000-00000000000a', roles: ['admin'] },
  support: { userId: '00000000-0000-7000-8000-00000000000b', roles: ['support'] },
  /** What the platform's shop and catalogue tell by events; here, a person presses a button. */
  shop: { userId: '00000000-0000-7000-8000-00000000000c', roles: ['service', 'admin'] },
} as const satisfies Record<string, { readonly userId: string; readonly roles: readonly Role[] }>;

export type DemoAccount = keyof typeof DEMO_ACCOUNTS;

export function isDemoAccount(name: unknown): name is DemoAccount {
  return typeof name === 'string' && Object.hasOwn(DEMO_ACCOUNTS, name);
}
