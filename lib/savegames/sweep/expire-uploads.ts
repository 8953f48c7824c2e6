import { forEachOf, inBatches, type SweepContext } from './sweep-context.ts';
import { lockKnownAccount } from '../account.ts';
import { giveUpUploads } from '../give-up-uploads.ts';

/** Gives up uploads that nobody confirmed in time, and the room they hold. Returns how many. */
export function expireUploads(context: SweepContext): Promise<number> {
  const { db, now, rules, limits } = context;
  return inBatches(context, async () => {
    const due = await db
      .selectFrom('savegame_uploads')
      .select('user_id')
      .where('expires_at', '<=', new Date(now))
      .orderBy('expires_at')
      .limit(limits.batch)
      .execute();
    const users = new Set(due.map(({ user_id }) => user_id));
    const done = await forEachOf(context, 'uploads', users, (userId) =>
      db.transaction().execute(async (transaction) => {
        await lockKnownAccount(transaction, userId);
        // Some may have been confirmed, cancelled or asked for again since they were found.
        return giveUpUploads(transaction, { userId, now, rules }, 'expired');
      }),
    );
    return { found: due.length, done };
  });
}
