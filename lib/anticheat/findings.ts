/** What support reads of findings, and decides about them. */
import { sql, type Kysely, type Selectable, type SelectQueryBuilder } from 'kysely';
import { audit } from '../audit.ts';
import type { Caller } from '../contract/endpoint.ts';
import { FINDING_STATES, type FindingDecision, type FindingsQuery, type PlayFinding } from '../contract/findings.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { Schema } from '../db/schema.ts';
import { LibraryError } from '../errors.ts';
import { uuidToKey } from '../uuid.ts';

interface Page {
  readonly items: PlayFinding[];
  readonly next_cursor: string | null;
}

/**
 * Findings of everybody, latest first: their ids rise with the time.
 *
 * @throws LibraryError VALIDATION_ERROR for a cursor of another list
 */
export async function findingsPage(db: Kysely<Schema>, query: FindingsQuery): Promise<Page> {
  const { state, rule, cursor, limit } = query;
  let select = db.selectFrom('play_findings').selectAll().where('state', '=', state);
  if (rule !== undefined) select = select.where('rule', '=', rule);
  return pageOf(select, cursor, limit);
}

/** @throws LibraryError VALIDATION_ERROR for a cursor of another list */
export async function userFindingsPage(
  db: Kysely<Schema>,
  userId: string,
  { cursor, limit }: Pick<FindingsQuery, 'cursor' | 'limit'>,
): Promise<Page> {
  return pageOf(db.selectFrom('play_findings').selectAll().where('user_id', '=', userId), cursor, limit);
}

/**
 * Writes down what somebody made of a finding, and in the user's audit log that it was decided.
 *
 * @param now ms since the Unix epoch
 * @throws LibraryError NOT_FOUND
 */
export async function decideFinding(
  db: Kysely<Schema>,
  caller: Caller,
  findingId: string,
  { decision, reason }: FindingDecision,
  now: number,
): Promise<PlayFinding> {
  return db.transaction().execute(async (transaction) => {
    const row = await transaction
      .updateTable('play_findings')
      .set({ state: decision, decided_at: new Date(now), decided_by: caller.userId, reason })
      .where('finding_id', '=', findingId)
      // Whatever it is in: so the index by state finds it.
      .where('state', 'in', FINDING_STATES)
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) throw new LibraryError('NOT_FOUND', 'There is no such finding');
    await audit(transaction, now, {
      action: 'finding.decided',
      caller,
      userId: row.user_id,
      gameId: row.game_id,
      details: { finding_id: findingId, rule: row.rule, subject: row.subject, decision, reason },
    });
    return shown(row);
  });
}

/** How many are open, by rule. */
export async function countOpen(db: Kysely<Schema>): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ rule: string; count: number }>`
    SELECT rule, count(*)::integer AS count FROM play_findings WHERE state = 'open' GROUP BY rule`.execute(db);
  return new Map(rows.map(({ rule, count }) => [rule, count]));
}

/** How many users wait to be looked at whose time has come; counted up to {@link COUNTED_REVIEWS}. */
export async function countDue(db: Kysely<Schema>, now: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*)::integer AS count FROM (
      SELECT FROM play_reviews WHERE due_at <= ${new Date(now)} LIMIT ${COUNTED_REVIEWS}
    ) AS counted`.execute(db);
  return rows[0]?.count ?? 0;
}

export const COUNTED_REVIEWS = 100_000;

function positionOf(cursor: string): string {
  return decodeCursor(cursor, isPosition)[1];
}

function isPosition(parts: unknown): parts is readonly ['finding', string] {
  return Array.isArray(parts) && parts.length === 2 && parts[0] === 'finding' && uuidToKey(String(parts[1])) !== null;
}

type Row = Selectable<Schema['play_findings']>;

async function pageOf(
  findings: SelectQueryBuilder<Schema, 'play_findings', Row>,
  cursor: string | undefined,
  limit: number,
): Promise<Page> {
  const rows = await (cursor === undefined ? findings : findings.where('finding_id', '<', positionOf(cursor)))
    .orderBy('finding_id', 'desc')
    .limit(limit + 1)
    .execute();
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items: items.map(shown),
    next_cursor: rows.length > limit && last !== undefined ? encodeCursor(['finding', last.finding_id]) : null,
  };
}

function shown({ found_at, seen_at, decided_at, ...row }: Row): PlayFinding {
  return {
    finding_id: row.finding_id,
    user_id: row.user_id,
    rule: row.rule as PlayFinding['rule'],
    severity: row.severity,
    subject: row.subject,
    game_id: row.game_id,
    evidence: row.evidence,
    state: row.state,
    found_at: found_at.toISOString(),
    seen_at: seen_at.toISOString(),
    decided_at: decided_at?.toISOString() ?? null,
    decided_by: row.decided_by,
    reason: row.reason,
  };
}
