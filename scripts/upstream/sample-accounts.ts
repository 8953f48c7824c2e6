import { DEMO_MEMBER_ID, DEMO_USER_ID } from '../../lib/library/demo-user.ts';

/** Names of the sample; the demo user and other invented people. */
const NAMES: Readonly<Record<string, string>> = {
  [DEMO_USER_ID]: 'Ada',
  [DEMO_MEMBER_ID]: 'Linus',
  '00000000-0000-7000-8000-000000000003': 'Grace',
};
/** Ids that end so have no account, to see what that is like. */
const NOBODY = /-000000000404$/;

/**
 * What the sample of Account says of a user; null: there is no such account. Development tokens can be signed for every
 * UUID, so nearly every UUID has an account.
 */
export function sampleAccount(userId: string): { readonly user_id: string; readonly display_name: string } | null {
  const user_id = userId.toLowerCase();
  if (NOBODY.test(user_id)) return null;
  return { user_id, display_name: NAMES[user_id] ?? `Player ${user_id.slice(-4)}` };
}
