import { sql, type Kysely, type Transaction } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Finding, RuleName } from './finding.ts';
import { judge } from './judge.ts';
import { readHistories } from './read-histories.ts';
import { THRESHOLDS } from './thresholds.ts';
import type { Schema } from '../db/schema.ts';

type Found = Partial<Record<RuleName, number>>;

/** Users that are looked at in one transaction. */
const BATCH = 50;
/** When somebody is looked at again whose review failed, ms. */
const AGAIN_MS = 3_600_000;
const DAY_MS = 86_400_000;

export interface ReviewReport {
  readonly users: number;
  /** Findings that were not known, by rule. */
  readonly found: Readonly<Partial<Record<RuleName, number>>>;
  /** Whether the limit came before the end of the work. */
  readonly more: boolean;
}

/**
 * Looks at those whose time has come, and writes down what is implausible. Several processes may: each takes users that no
 * other has. A crash loses nothing, for who was looked at and what was found are written together.
 *
 * @param now ms since the Unix epoch
 * @param limit users to look at, about
 * @param failed is told of each user whose review failed, who comes again in an hour
 */
export async function reviewDue(
  db: Kysely<Schema>,
  now: number,
  limit: number,
  failed: (error: unknown) => void,
): Promise<ReviewReport> {
  const found: Found = {};
  let users = 0;
  while (users < limit) {
    const reviewed = await reviewBatch(db, now, BATCH, found).catch(() => reviewOneByOne(db, now, found, failed));
    if (reviewed === 0) return { users, found, more: false };
    users += reviewed;
  }
  return { users, found, more: true };
}

/** One of a batch could not be looked at: the others must not wait for that. */
async function reviewOneByOne(
  db: Kysely<Schema>,
  now: number,
  found: Found,
  failed: (error: unknown) => void,
): Promise<number> {
  let users = 0;
  for (; users < BATCH; users += 1) {
    try {
      if ((await reviewBatch(db, now, 1, found)) === 0) break;
    } catch (error) {
      await postponeFirst(db, now);
      failed(error);
    }
  }
  return users;
}

async function postponeFirst(db: Kysely<Schema>, now: number): Promise<void> {
  await sql`
    UPDATE play_reviews SET due_at = ${new Date(now + AGAIN_MS)} WHERE user_id = (
      SELECT user_id FROM play_reviews WHERE due_at <= ${new Date(now)}
      ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )`.execute(db);
}

async function reviewBatch(db: Kysely<Schema>, now: number, limit: number, found: Found): Promise<number> {
  const batch = await db.transaction().execute(async (transaction) => {
    const users = await takeDue(transaction, now, limit);
    if (users.length === 0) return { users, added: [] };
    await noteDevices(transaction, users, now);
    const histories = await readHistories(transaction, users, now);
    const added: RuleName[] = [];
    for (const [userId, history] of histories) {
      added.push(...(await writeFindings(transaction, userId, judge(history), now)));
    }
    return { users, added };
  });
  for (const rule of batch.added) found[rule] = (found[rule] ?? 0) + 1;
  return batch.users.length;
}

async function takeDue(transaction: Transaction<Schema>, now: number, limit: number): Promise<readonly string[]> {
  const { rows } = await sql<{ user_id: string }>`
    DELETE FROM play_reviews WHERE user_id IN (
      SELECT user_id FROM play_reviews WHERE due_at <= ${new Date(now)}
      ORDER BY due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ) RETURNING user_id`.execute(transaction);
  return rows.map(({ user_id }) => user_id).sort();
}

const NOT_ERASED = sql`NOT EXISTS (SELECT FROM erasures WHERE user_digest = sha256(uuid_send(s.user_id)))`;

/** On which devices the users played lately; once a day is enough. */
async function noteDevices(transaction: Transaction<Schema>, users: readonly string[], now: number): Promise<void> {
  const from = new Date(now - THRESHOLDS.deviceDays * DAY_MS);
  await sql`
    INSERT INTO play_devices AS d (user_id, device_id, seen_at)
    SELECT s.user_id, s.device_id, max(s.last_beat_at) FROM playtime_sessions s
    WHERE s.user_id = ANY (${users}::uuid[]) AND s.started_at >= ${from} AND ${NOT_ERASED}
    GROUP BY s.user_id, s.device_id ORDER BY s.user_id, s.device_id
    ON CONFLICT (user_id, device_id) DO UPDATE SET seen_at = excluded.seen_at
    WHERE d.seen_at < excluded.seen_at - interval '1 day'`.execute(transaction);
}

/**
 * A finding that is known is seen again; one that was dismissed stays dismissed, unless it has become worse than what was
 * dismissed. Returns the rules of those that were not known.
 */
async function writeFindings(
  transaction: Transaction<Schema>,
  userId: string,
  findings: readonly Finding[],
  now: number,
): Promise<readonly RuleName[]> {
  if (findings.length === 0) return [];
  const at = sql`${new Date(now)}::timestamptz`;
  const column = <Value>(value: (finding: Finding) => Value): Value[] => findings.map(value);
  const { rows } = await sql<{ rule: RuleName; added: boolean }>`
    INSERT INTO play_findings AS f
      (user_id, finding_id, rule, subject, severity, game_id, evidence, found_at, seen_at)
    SELECT s.user_id, finding_id, rule, subject, severity, game_id, evidence::jsonb, ${at}, ${at}
    FROM unnest(
      ${column(() => userId)}::uuid[], ${column(() => uuidv7({ msecs: now }))}::uuid[],
      ${column(({ rule }) => rule)}::text[], ${column(({ subject }) => subject)}::text[],
      ${column(({ severity }) => severity)}::text[], ${column(({ gameId }) => gameId)}::uuid[],
      ${column(({ evidence }) => JSON.stringify(evidence))}::text[]
    ) AS s (user_id, finding_id, rule, subject, severity, game_id, evidence)
    WHERE ${NOT_ERASED}
    ORDER BY rule, subject
    ON CONFLICT (user_id, rule, subject) DO UPDATE SET
      severity = excluded.severity, evidence = excluded.evidence, seen_at = excluded.seen_at,
      state = CASE WHEN f.state = 'dismissed' AND ${rankOf('excluded')} > ${rankOf('f')} THEN 'open' ELSE f.state END
    WHERE f.evidence IS DISTINCT FROM excluded.evidence
    RETURNING rule, xmax = 0 AS added`.execute(transaction);
  return rows.filter(({ added }) => added).map(({ rule }) => rule);
}

function rankOf(row: 'f' | 'excluded') {
  return sql`array_position(ARRAY['low', 'medium', 'high'], ${sql.ref(`${row}.severity`)})`;
}
