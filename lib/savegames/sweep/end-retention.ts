import type { Transaction } from 'kysely';
import { forEachOf, inBatches, type SweepContext } from './sweep-context.ts';
import type { Schema } from '../../db/schema.ts';
import { lockKnownAccount } from '../account.ts';
import { trimSlot } from '../retention.ts';

interface SlotOfUser {
  readonly user_id: string;
  readonly game_id: string;
  readonly slot: string;
}

/**
 * Ends what was kept for a time: conflicts that nobody decided until then are settled as `expired`, and versions that
 * nothing else keeps are gone. Returns of how many slots.
 */
export function endRetention(context: SweepContext): Promise<number> {
  const { db, now, limits } = context;
  return inBatches(context, async () => {
    const due = await db
      .selectFrom('savegame_versions')
      .select(['user_id', 'game_id', 'slot'])
      .distinct()
      .where('kept_until', '<=', new Date(now))
      .limit(limits.batch)
      .execute();
    const done = await forEachOf(context, 'retention', due, async (slot) => {
      await db.transaction().execute((transaction) => endRetentionOf(transaction, context, slot));
      return 1;
    });
    return { found: due.length, done };
  });
}

async function endRetentionOf(
  transaction: Transaction<Schema>,
  context: SweepContext,
  { user_id, game_id, slot }: SlotOfUser,
): Promise<void> {
  await lockKnownAccount(transaction, user_id);
  const now = new Date(context.now);
  const ended = transaction
    .updateTable('savegame_versions')
    .where('user_id', '=', user_id)
    .where('game_id', '=', game_id)
    .where('slot', '=', slot)
    .where('kept_until', '<=', now);
  await ended
    .set({ settled_as: 'expired', settled_at: now })
    .where('side', '=', true)
    .where('settled_at', 'is', null)
    .execute();
  // What stays, for it is pinned or recent, is not to be found again.
  await ended.set({ kept_until: null }).execute();
  await trimSlot(transaction, { ...context, userId: user_id }, game_id, slot);
}
