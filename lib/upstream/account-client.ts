import type { Upstream } from './upstream.ts';
import type { BatchGetUsersResponse__Output as Users } from '../grpc/generated/account/v1/BatchGetUsersResponse.ts';
import type { User__Output as User } from '../grpc/generated/account/v1/User.ts';
import type { accountProto } from '../grpc/protos.ts';
import type { Account } from '../ports/account-directory.ts';

export type AccountStub = InstanceType<ReturnType<typeof accountProto>['account']['v1']['AccountService']>;

/** Asks Account itself. */
export interface AccountClient {
  /**
   * Who of the users has an account.
   *
   * @param userIds lower-case UUIDs, {@link ACCOUNTS_AT_ONCE} at most
   * @param deadline ms since the Unix epoch
   * @throws LibraryError UNAVAILABLE
   */
  fetch(userIds: readonly string[], deadline: number): Promise<ReadonlyMap<string, Account>>;
}

export const ACCOUNTS_AT_ONCE = 200;
/** Longer names are cut: nobody shows them. */
const LONGEST_NAME = 100;

export function accountClient(stub: AccountStub, upstream: Upstream): AccountClient {
  async function one(userId: string, deadline: number): Promise<readonly User[]> {
    const user = await upstream.ask<User>(
      (options, done) => stub.getUser({ user_id: userId }, options, done),
      deadline,
    );
    return user === null ? [] : [user];
  }
  async function many(userIds: readonly string[], deadline: number): Promise<readonly User[]> {
    const reply = await upstream.ask<Users>(
      (options, done) => stub.batchGetUsers({ user_ids: [...userIds] }, options, done),
      deadline,
    );
    return reply?.users ?? [];
  }
  return {
    async fetch(userIds, deadline) {
      const [first] = userIds;
      const users =
        userIds.length === 1 && first !== undefined ? await one(first, deadline) : await many(userIds, deadline);
      const accounts = users.map(accountOf).filter(({ userId }) => userIds.includes(userId));
      return new Map(accounts.map((account) => [account.userId, account]));
    },
  };
}

function accountOf({ user_id, display_name }: User): Account {
  // PostgreSQL holds no U+0000.
  const name = Array.from(display_name.replaceAll('\0', '').trim()).slice(0, LONGEST_NAME).join('');
  return { userId: user_id.toLowerCase(), displayName: name === '' ? null : name };
}
