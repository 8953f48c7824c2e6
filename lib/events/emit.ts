import { sql, type Kysely } from 'kysely';
import { laneOf } from './lane.ts';
import type { ProducedData, ProducedType } from '../contract/events/produced.ts';
import type { Schema } from '../db/schema.ts';
import { LibraryError } from '../errors.ts';
import { currentSpan } from '../telemetry/tracing/current.ts';

/** An event of the user whose id stands in its data. */
export type NewEvent = {
  [Type in ProducedType]: { readonly type: Type; readonly data: ProducedData<Type> };
}[ProducedType];

/**
 * Ends a transaction that changed users' data: raises their revisions and puts what happened into the outbox, in the
 * order given.
 *
 * It must be the transaction's last statement. Every writer takes revisions last, and several of them in the order of
 * the user ids, so that writers never wait for each other in a circle; and a user's events, numbered while the revision
 * is held, are in the order of the commits.
 *
 * @param now ms since the Unix epoch
 * @throws LibraryError USER_ERASED
 */
export async function emit(transaction: Kysely<Schema>, now: number, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  const users = [...new Set(events.map(({ data }) => data.user_id))].sort();
  await raiseRevisions(transaction, users);
  const at = new Date(now);
  for (let from = 0; from < events.length; from += ROWS_AT_ONCE) {
    await insertEvents(transaction, at, events.slice(from, from + ROWS_AT_ONCE));
  }
}

/** A statement takes 65,535 parameters, and whoever joins a family may get thousands of games. */
const ROWS_AT_ONCE = 1_000;

async function insertEvents(transaction: Kysely<Schema>, at: Date, events: readonly NewEvent[]): Promise<void> {
  const traceparent = currentSpan()?.traceparent ?? null;
  await transaction
    .insertInto('outbox_events')
    .values(
      events.map(({ type, data }) => ({
        lane: laneOf(data.user_id),
        event_id: sql<string>`gen_random_uuid()`,
        user_id: data.user_id,
        event_type: type,
        occurred_at: at,
        data: JSON.stringify(data),
        traceparent,
      })),
    )
    .execute();
}

/**
 * For a change that is nobody else's business but that the user's own pages show. The same rule: the last statement.
 *
 * @param users in ascending order
 * @throws LibraryError USER_ERASED when one of them was erased: whatever the transaction wrote must not stay
 */
export async function raiseRevisions(transaction: Kysely<Schema>, users: readonly string[]): Promise<void> {
  const raised = await sql`
    INSERT INTO user_revisions AS r (user_id)
    SELECT id FROM unnest(${users}::uuid[]) WITH ORDINALITY AS u (id, position)
    WHERE NOT EXISTS (SELECT FROM erasures WHERE user_digest = sha256(uuid_send(id)))
    ORDER BY position
    ON CONFLICT (user_id) DO UPDATE SET revision = r.revision + 1
    RETURNING user_id`.execute(transaction);
  if (raised.rows.length < users.length) throw new LibraryError('USER_ERASED', 'The account was deleted');
}
