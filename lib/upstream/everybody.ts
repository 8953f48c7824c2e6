import type { AccountDirectory } from '../ports/account-directory.ts';

/** Where no Account service is configured: every user has an account, and none has a name. */
export const everybody: AccountDirectory = {
  find: (userId) => Promise.resolve({ userId, displayName: null }),
  known: (userIds) => Promise.resolve(new Map(userIds.map((userId) => [userId, { userId, displayName: null }]))),
};
