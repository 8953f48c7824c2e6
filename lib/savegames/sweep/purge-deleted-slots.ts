import { sql, type RawBuilder, type Transaction } from 'kysely';
import { forEachOf, inBatches, type SweepContext } from './sweep-context.ts';
import type { Schema } from '../../db/schema.ts';
import { DAY_MS } from '../../playtime/days.ts';
import { lockKnownAccount } from '../account.ts';
import { forgetUnusedObjects } from '../garbage.ts';

interface SlotOfUser {
  readonly user_id: string;
  readonly game_id: string;
  readonly slot: string;
}

/**
 * Slots that were deleted so long ago that they can no longer be restored are gone for good. Returns how many.
 *
 * What is kept for longer outlives them, and the slot goes with the last of it: a save that came from another device
 * after its slot was deleted lost to the deletion, and is kept as every loser of a conflict is.
 */
export function purgeDeletedSlots(context: SweepContext): Promise<number> {
  const { db, now, limits } = context;
  return inBatches(context, async () => {
    const { rows: due } = await sql<SlotOfUser>`
      SELECT m.user_id, m.game_id, m.slot FROM savegame_metadata m
      WHERE m.deleted_at <= ${deletedBefore(context)} AND (
        EXISTS (SELECT FROM savegame_versions v WHERE ${ofSlot} AND ${goes(now)})
        OR NOT EXISTS (SELECT FROM savegame_versions v WHERE ${ofSlot}))
      ORDER BY m.deleted_at LIMIT ${limits.batch}`.execute(db);
    const done = await forEachOf(context, 'deleted slots', due, (slot) =>
      db.transaction().execute((transaction) => purge(transaction, context, slot)),
    );
    return { found: due.length, done };
  });
}

function deletedBefore({ now, rules }: SweepContext): Date {
  return new Date(now - rules.deletedRetentionDays * DAY_MS);
}

const ofSlot = sql`v.user_id = m.user_id AND v.game_id = m.game_id AND v.slot = m.slot`;

/** Versions `v` that go with their slot: no open conflict, and not kept for a time that still runs. */
function goes(now: number): RawBuilder<boolean> {
  return sql`NOT (v.side AND v.settled_at IS NULL) AND (v.kept_until IS NULL OR v.kept_until <= ${new Date(now)})`;
}

async function purge(
  transaction: Transaction<Schema>,
  context: SweepContext,
  { user_id, game_id, slot }: SlotOfUser,
): Promise<number> {
  const { now } = context;
  await lockKnownAccount(transaction, user_id);
  // Nothing of it when the slot was restored since it was found.
  const thisSlot = sql`m.user_id = ${user_id} AND m.game_id = ${game_id} AND m.slot = ${slot}
    AND m.deleted_at <= ${deletedBefore(context)}`;
  const { rows: gone } = await sql<{ object_id: string }>`
    DELETE FROM savegame_versions v USING savegame_metadata m
    WHERE ${thisSlot} AND ${ofSlot} AND ${goes(now)} RETURNING v.object_id`.execute(transaction);
  const objectIds = gone.map(({ object_id }) => object_id);
  await forgetUnusedObjects(transaction, user_id, objectIds, now);
  const { rows: emptied } = await sql`
    DELETE FROM savegame_metadata m
    WHERE ${thisSlot} AND NOT EXISTS (SELECT FROM savegame_versions v WHERE ${ofSlot})
    RETURNING m.slot`.execute(transaction);
  return gone.length > 0 || emptied.length > 0 ? 1 : 0;
}
