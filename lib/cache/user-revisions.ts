import DataLoader from 'dataloader';
import type { SqlExecutor } from '../db/database.ts';

export const USER_REVISIONS = `SELECT user_id, revision FROM user_revisions WHERE user_id = ANY ($1::uuid[])`;

const MAX_BATCH = 500;

/** Which revision a user's data has now; 0: never changed. */
export type UserRevisions = (userId: string) => Promise<number>;

/** Reads revisions from the database, those of all requests that came in together with one short statement. */
export function userRevisions(executor: SqlExecutor): UserRevisions {
  const loader = new DataLoader<string, number>(
    async (userIds) => {
      const { rows } = await executor.query<{ user_id: string; revision: number }>(
        USER_REVISIONS,
        [[...new Set(userIds)]],
        'user-revisions',
      );
      const revisions = new Map(rows.map(({ user_id, revision }) => [user_id, revision]));
      return userIds.map((userId) => revisions.get(userId) ?? 0);
    },
    // Remembering one would be to serve stale pages.
    { cache: false, maxBatchSize: MAX_BATCH, batchScheduleFn: setImmediate },
  );
  return (userId) => loader.load(userId);
}
