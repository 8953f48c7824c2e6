import { newsOf, NEWS_TYPES } from './translate.ts';
import type { Answer, Question } from './reader.ts';
import type { SqlExecutor } from '../db/database.ts';
import type { OutboxRow } from '../events/cloud-event.ts';
import { keyToUuid } from '../uuid.ts';

/** How old a position may be to go on from, ms. */
export const RESUME_MS = 300_000;
/** How long news are kept, on the database's clock: long enough for positions whose clocks are not quite the same. */
const KEEP = '10 minutes';
/** News of one user in one answer. */
export const MAX_NEWS = 500;
const FORGET_BATCH = 5_000;

interface Found extends Pick<OutboxRow, 'event_number' | 'event_type' | 'occurred_at' | 'data'> {
  /** Which of the questions, from 1. */
  readonly ord: number;
}

/**
 * News wait in the outbox until the event bus has them and are in the log from then on, in exactly one of them: so one
 * statement, which sees one moment, sees all. Each branch walks an index of its own.
 *
 * $1 users, $2 the numbers behind which to look, $3 types of events.
 */
const SINCE = `
SELECT u.ord::integer, n.*
FROM unnest($1::uuid[], $2::bigint[]) WITH ORDINALITY AS u (user_id, after, ord)
CROSS JOIN LATERAL (
  SELECT * FROM (
    (SELECT event_number, event_type, occurred_at, data FROM recent_news r
     WHERE r.user_id = u.user_id AND r.event_number > u.after ORDER BY r.event_number LIMIT ${MAX_NEWS + 1})
    UNION ALL
    (SELECT event_number, event_type, occurred_at, data FROM outbox_events o
     WHERE o.user_id = u.user_id AND o.event_number > u.after AND o.event_type = ANY ($3::text[])
     ORDER BY o.event_number LIMIT ${MAX_NEWS + 1})
  ) AS both_places ORDER BY event_number LIMIT ${MAX_NEWS + 1}
) AS n
ORDER BY u.ord, n.event_number`;

const HIGHEST = `
SELECT coalesce(greatest(
    (SELECT max(event_number) FROM recent_news r WHERE r.user_id = u.user_id),
    (SELECT max(event_number) FROM outbox_events o WHERE o.user_id = u.user_id)), 0) AS event_number
FROM unnest($1::uuid[]) WITH ORDINALITY AS u (user_id, ord) ORDER BY u.ord`;

/**
 * What happened to users since the positions given.
 *
 * @param now ms since the Unix epoch
 */
export async function newsSince(
  executor: SqlExecutor,
  questions: readonly Question[],
  now: number,
): Promise<readonly Answer[]> {
  const asked = questions.map(([user, since], at) => ({ at, user: keyToUuid(user), since }));
  const behind = asked.flatMap(({ since, ...one }) =>
    since !== null && now - since.at <= RESUME_MS ? [{ ...one, number: since.number }] : [],
  );
  const anew = asked.filter(({ since }) => since === null || now - since.at > RESUME_MS);

  const answers = new Array<Answer>(questions.length);
  const found = await foundBehind(executor, behind);
  behind.forEach(({ at, number }, place) => (answers[at] = answerOf(number, found.get(place + 1) ?? [])));
  const highest = await highestOf(executor, anew);
  anew.forEach(({ at, since }, place) => {
    const number = Math.max(highest[place] ?? 0, since?.number ?? 0);
    answers[at] = { news: since === null ? [] : 'reset', number, more: false };
  });
  return answers;
}

async function foundBehind(
  executor: SqlExecutor,
  asked: readonly { readonly user: string; readonly number: number }[],
): Promise<ReadonlyMap<number, readonly Found[]>> {
  if (asked.length === 0) return new Map();
  const parameters = [asked.map(({ user }) => user), asked.map(({ number }) => number), NEWS_TYPES];
  const { rows } = await executor.query<Found>(SINCE, parameters, 'news_since');
  return Map.groupBy(rows, ({ ord }) => ord);
}

async function highestOf(
  executor: SqlExecutor,
  asked: readonly { readonly user: string }[],
): Promise<readonly number[]> {
  if (asked.length === 0) return [];
  const parameters = [asked.map(({ user }) => user)];
  const { rows } = await executor.query<{ event_number: number }>(HIGHEST, parameters, 'news_highest');
  return rows.map(({ event_number }) => event_number);
}

function answerOf(since: number, rows: readonly Found[]): Answer {
  const within = rows.slice(0, MAX_NEWS);
  const news = within.flatMap((row) => newsOf(row) ?? []);
  return { news, number: within.at(-1)?.event_number ?? since, more: rows.length > MAX_NEWS };
}

/** Forgets what was carried ten minutes ago. Returns how many news that were. Safe to run in many processes at once. */
export async function forgetNews(executor: SqlExecutor): Promise<number> {
  let forgotten = 0;
  let batch: number;
  do {
    const { rowCount } = await executor.query(
      `DELETE FROM recent_news WHERE ctid = ANY (ARRAY(
         SELECT ctid FROM recent_news WHERE carried_at < now() - interval '${KEEP}'
         ORDER BY carried_at LIMIT ${FORGET_BATCH} FOR UPDATE SKIP LOCKED))`,
    );
    batch = rowCount;
    forgotten += batch;
  } while (batch === FORGET_BATCH);
  return forgotten;
}
