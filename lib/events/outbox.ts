import type { OutboxRow } from './cloud-event.ts';
import { OUTBOX_LANES } from './lane.ts';
import type { SqlExecutor } from '../db/database.ts';
import { NEWS_TYPES } from '../news/translate.ts';

/** The outbox as its relays use it. */
export interface Outbox {
  /** Takes the free ones of these lanes, or keeps them, for `leaseMs` on the database's clock. Returns those it got. */
  lease(lanes: readonly number[], leaseMs: number): Promise<readonly number[]>;
  /** Lets go of every lane of this carrier, but those to `keep`. */
  release(keep: readonly number[]): Promise<void>;
  /** Those of the lanes in which events wait. */
  busy(lanes: readonly number[]): Promise<readonly number[]>;
  /** The lane's next events after `after`, in order. */
  read(lane: number, after: number, limit: number): Promise<readonly OutboxRow[]>;
  /**
   * Forgets events that the bus has; those that are news to their users move to the log of news. Returns these, each with
   * the number of the user's news that were in the log before, 0: none. It leaves out those that somebody else moved.
   */
  settle(lane: number, eventNumbers: readonly number[]): Promise<ReadonlyMap<number, number>>;
  backlog(): Promise<OutboxBacklog>;
}

export interface OutboxBacklog {
  /** Events that wait; counted up to {@link COUNTED_EVENTS}. */
  readonly events: number;
  /** Age of the oldest of them, ms. */
  readonly lagMs: number;
}

export const COUNTED_EVENTS = 100_000;

/** Moves in one statement: whoever reads both tables at one moment finds an event in exactly one of them. */
const SETTLE = `
WITH carried AS (
  DELETE FROM outbox_events WHERE lane = $1 AND event_number = ANY ($2::bigint[])
  RETURNING user_id, event_number, event_type, occurred_at, data
)
INSERT INTO recent_news AS n (user_id, event_number, event_type, occurred_at, data, carried_at)
SELECT user_id, event_number, event_type, occurred_at, data, now() FROM carried WHERE event_type = ANY ($3::text[])
RETURNING event_number, coalesce(
  (SELECT max(b.event_number) FROM recent_news b WHERE b.user_id = n.user_id AND b.event_number < n.event_number), 0
) AS before`;

/** @param carrier the process, unique in the cluster */
export function postgresOutbox(executor: SqlExecutor, carrier: string): Outbox {
  return {
    async lease(lanes, leaseMs) {
      const { rows } = await executor.query<{ lane: number }>(
        `INSERT INTO outbox_lanes AS l (lane, carrier, leased_until)
         SELECT lane, $2, now() + $3 * interval '1 ms' FROM unnest($1::smallint[]) AS lane ORDER BY lane
         ON CONFLICT (lane) DO UPDATE SET carrier = excluded.carrier, leased_until = excluded.leased_until
         WHERE l.carrier = excluded.carrier OR l.leased_until < now()
         RETURNING lane`,
        [lanes, carrier, leaseMs],
      );
      return rows.map(({ lane }) => lane);
    },
    async release(keep) {
      await executor.query('DELETE FROM outbox_lanes WHERE carrier = $1 AND lane <> ALL ($2::smallint[])', [
        carrier,
        keep,
      ]);
    },
    async busy(lanes) {
      const { rows } = await executor.query<{ lane: number }>(
        `SELECT lane FROM unnest($1::smallint[]) AS l (lane)
         WHERE EXISTS (SELECT FROM outbox_events e WHERE e.lane = l.lane)`,
        [lanes],
      );
      return rows.map(({ lane }) => lane);
    },
    async read(lane, after, limit) {
      const { rows } = await executor.query<OutboxRow>(
        `SELECT event_number, event_id, user_id, event_type, occurred_at, data, traceparent FROM outbox_events
         WHERE lane = $1 AND event_number > $2 ORDER BY event_number LIMIT $3`,
        [lane, after, limit],
        'outbox_read',
      );
      return rows;
    },
    async settle(lane, eventNumbers) {
      const { rows } = await executor.query<{ event_number: number; before: number }>(
        SETTLE,
        [lane, eventNumbers, NEWS_TYPES],
        'outbox_settle',
      );
      return new Map(rows.map(({ event_number, before }) => [event_number, before]));
    },
    async backlog() {
      const { rows } = await executor.query<{ events: number; lag_ms: number }>(
        `SELECT
           (SELECT count(*)::integer FROM (SELECT FROM outbox_events LIMIT ${COUNTED_EVENTS}) AS counted) AS events,
           coalesce(extract(epoch FROM now() - min(oldest.occurred_at)) * 1000, 0)::float AS lag_ms
         FROM generate_series(0, ${OUTBOX_LANES - 1}) AS l (lane), LATERAL (
           SELECT occurred_at FROM outbox_events e WHERE e.lane = l.lane ORDER BY event_number LIMIT 1
         ) AS oldest`,
      );
      const { events = 0, lag_ms = 0 } = rows[0] ?? {};
      return { events, lagMs: Math.max(0, Math.round(lag_ms)) };
    },
  };
}
