import { forEachOf, type SweepContext } from './sweep-context.ts';
import { chargeAccount, lockKnownAccount } from '../account.ts';

/** What the rows say of an object. */
export interface HeldRow {
  readonly userId: string;
  readonly objectId: string;
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** Marked as gone from the store. */
  readonly missing: boolean;
}

/** Marks objects as gone from the store; they no longer count. Returns how many. */
export function markMissing(context: SweepContext, rows: readonly HeldRow[]): Promise<number> {
  return mark(context, rows, true);
}

/** Takes the mark off again. Returns of how many. */
export function markFound(context: SweepContext, rows: readonly HeldRow[]): Promise<number> {
  return mark(context, rows, false);
}

function mark(context: SweepContext, rows: readonly HeldRow[], missing: boolean): Promise<number> {
  const { db, now } = context;
  const users = Map.groupBy(rows, ({ userId }) => userId);
  return forEachOf(context, 'audit', users, ([userId, objects]) =>
    db.transaction().execute(async (transaction) => {
      await lockKnownAccount(transaction, userId);
      // Those that were forgotten since they were read are not there to be marked.
      const marked = await transaction
        .updateTable('savegame_objects')
        .set({ missing_since: missing ? new Date(now) : null })
        .where('user_id', '=', userId)
        .where(
          'object_id',
          'in',
          objects.map(({ objectId }) => objectId),
        )
        .where('missing_since', missing ? 'is' : 'is not', null)
        .returning('size_bytes')
        .execute();
      const sizeBytes = marked.reduce((sum, { size_bytes }) => sum + size_bytes, 0);
      await chargeAccount(transaction, userId, { stored: missing ? -sizeBytes : sizeBytes });
      return marked.length;
    }),
  );
}
