import type { Transaction } from 'kysely';
import { forEachOf, inBatches, type SweepContext } from './sweep-context.ts';
import type { Schema } from '../../db/schema.ts';
import { chargeAccount, lockAccount } from '../account.ts';
import { throwAway } from '../garbage.ts';

/**
 * Gives up uploads that nobody confirmed in time, and the room they hold. Returns how many.
 *
 * Their bytes, if any came, go when no URL of theirs can be alive any more: every URL was signed before now.
 */
export function expireUploads(context: SweepContext): Promise<number> {
  const { db, now, limits } = context;
  return inBatches(context, async () => {
    const due = await db
      .selectFrom('savegame_uploads')
      .select(['user_id', 'upload_id'])
      .where('expires_at', '<=', new Date(now))
      .orderBy('expires_at')
      .limit(limits.batch)
      .execute();
    const users = Map.groupBy(due, ({ user_id }) => user_id);
    const done = await forEachOf(context, 'uploads', users, ([userId, uploads]) =>
      db.transaction().execute((transaction) =>
        giveUp(
          transaction,
          context,
          userId,
          uploads.map(({ upload_id }) => upload_id),
        ),
      ),
    );
    return { found: due.length, done };
  });
}

async function giveUp(
  transaction: Transaction<Schema>,
  { now, rules }: SweepContext,
  userId: string,
  uploadIds: readonly string[],
): Promise<number> {
  await lockAccount(transaction, userId);
  // Some may have been confirmed, cancelled or asked for again since they were found.
  const gone = await transaction
    .deleteFrom('savegame_uploads')
    .where('user_id', '=', userId)
    .where('upload_id', 'in', uploadIds)
    .where('expires_at', '<=', new Date(now))
    .returning(['upload_id', 'size_bytes', 'parts_id'])
    .execute();
  if (gone.length === 0) return 0;
  await chargeAccount(transaction, userId, { reserved: -gone.reduce((sum, { size_bytes }) => sum + size_bytes, 0) });
  await throwAway(
    transaction,
    gone.map(({ upload_id, parts_id }) => ({ objectId: upload_id, partsId: parts_id })),
    { everyVersion: false, dueAt: now + rules.urlSeconds * 1000 },
  );
  return gone.length;
}
