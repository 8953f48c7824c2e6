import type { Kysely, Transaction } from 'kysely';
import type { ReceivedEvent } from './cloud-event.ts';
import { emit, type NewEvent } from './emit.ts';
import type { Schema } from '../db/schema.ts';
import { LibraryError } from '../errors.ts';

/** What an event asks for. */
export interface Reaction {
  /** Changes the database, and says what happened. Runs at most once in effect. */
  readonly apply: (transaction: Transaction<Schema>) => Promise<readonly NewEvent[]>;
  /**
   * What is to be done outside the database once the change is committed; must be safe to repeat. Until it is done, the
   * event counts as unfinished, and its next delivery does it.
   */
  readonly follow?: () => Promise<void>;
}

/** `erased`: the user it concerns does not exist any more, and it changed nothing. */
export type Taken = 'applied' | 'finished' | 'duplicate' | 'erased';

/**
 * Takes an event in, exactly once in effect: the note that it came and all that follows from it are one transaction.
 * The bus may deliver it again at any time; it is known by its source and id.
 *
 * @param now ms since the Unix epoch
 */
export async function takeIn(
  db: Kysely<Schema>,
  { source, id }: ReceivedEvent,
  now: number,
  { apply, follow }: Reaction,
): Promise<Taken> {
  let isNew: boolean;
  try {
    isNew = await db.transaction().execute(async (transaction) => {
      if (!(await note(transaction, source, id, now, follow === undefined))) return false;
      await emit(transaction, now, await apply(transaction));
      return true;
    });
  } catch (error) {
    if (!(error instanceof LibraryError) || error.type !== 'USER_ERASED') throw error;
    await note(db, source, id, now, true);
    return 'erased';
  }
  if (!isNew && (await isDone(db, source, id))) return 'duplicate';
  if (follow !== undefined) {
    await follow();
    await db
      .updateTable('inbox_events')
      .set({ done: true })
      .where('source', '=', source)
      .where('event_id', '=', id)
      .execute();
  }
  return isNew ? 'applied' : 'finished';
}

/** Forgets events that the bus can no longer deliver again. */
export async function purgeInbox(db: Kysely<Schema>, olderThan: Date): Promise<number> {
  const result = await db
    .deleteFrom('inbox_events')
    .where('received_at', '<', olderThan)
    .where('done', '=', true)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** Returns false when it had come before. A delivery that is under way elsewhere is waited for. */
async function note(db: Kysely<Schema>, source: string, id: string, now: number, done: boolean): Promise<boolean> {
  const noted = await db
    .insertInto('inbox_events')
    .values({ source, event_id: id, done, received_at: new Date(now) })
    .onConflict((conflict) => conflict.doNothing())
    .returning('event_id')
    .executeTakeFirst();
  return noted !== undefined;
}

async function isDone(db: Kysely<Schema>, source: string, id: string): Promise<boolean> {
  const row = await db
    .selectFrom('inbox_events')
    .select('done')
    .where('source', '=', source)
    .where('event_id', '=', id)
    .executeTakeFirst();
  return row?.done === true;
}
