import { sql, type Kysely } from 'kysely';
import type { PlayHistory } from './play-history.ts';
import { REVIEWED_DAYS, THRESHOLDS } from './thresholds.ts';
import { achievementOf } from '../achievements/definition.ts';
import type { AchievementDefinition } from '../db/schema/catalog.ts';
import type { Schema } from '../db/schema.ts';
import type { ErrorCode } from '../errors.ts';

const DAY_MS = 86_400_000;
/** Of one user; who has more within two weeks is conspicuous in the first of them already. */
const MOST_SESSIONS = 2_000;
const MOST_UNLOCKS = 2_000;
const MOST_REFUSALS = 5_000;

type OfUser<Row> = Row & { readonly user_id: string };

/**
 * What the rules judge by, of several users at once. Every question goes by users and times, along an index.
 *
 * @param now ms since the Unix epoch
 */
export async function readHistories(
  db: Kysely<Schema>,
  userIds: readonly string[],
  now: number,
): Promise<ReadonlyMap<string, PlayHistory>> {
  const from = now - REVIEWED_DAYS * DAY_MS;
  const sessions = byUser(await readSessions(db, userIds, from));
  const days = byUser(await readDays(db, userIds, from));
  const unlocks = byUser(await readUnlocks(db, userIds, from));
  const refusals = byUser(await readRefusals(db, userIds, from));
  const devices = byUser(await readDevices(db, userIds, now));
  return new Map(
    userIds.map((userId) => [
      userId,
      {
        now,
        from,
        sessions: (sessions.get(userId) ?? []).map((row) => ({
          sessionId: row.session_id,
          gameId: row.game_id,
          startedAt: row.started_at.getTime(),
          endedAt: row.ended_at.getTime(),
          beats: row.seq,
          creditedMs: row.ms,
          offline: row.offline,
        })),
        days: (days.get(userId) ?? []).map(({ day, game_id, ms }) => ({ day, gameId: game_id, ms })),
        unlocks: (unlocks.get(userId) ?? []).map((row) => ({
          gameId: row.game_id,
          achievementId: row.achievement_id,
          unlockedAt: row.unlocked_at.getTime(),
          offline: row.offline,
          playedMs: row.played_ms,
          ...paceOf(row.definition),
        })),
        refusals: refusals.get(userId) ?? [],
        devices: (devices.get(userId) ?? []).map(({ device_id, users }) => ({ deviceId: device_id, users })),
      },
    ]),
  );
}

function byUser<Row extends { readonly user_id: string }>(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  return Map.groupBy(rows, ({ user_id }) => user_id);
}

/** An achievement that the catalogue no longer has is judged as one without bounds. */
function paceOf(definition: AchievementDefinition | null) {
  if (definition === null) return { authority: 'client', shortestMinutes: null } as const;
  const { authority, target, maxChangePerMinute } = achievementOf(definition);
  return { authority, shortestMinutes: maxChangePerMinute === null ? null : target / maxChangePerMinute };
}

async function readSessions(db: Kysely<Schema>, userIds: readonly string[], from: number) {
  const { rows } = await sql<
    OfUser<{
      session_id: string;
      game_id: string;
      started_at: Date;
      ended_at: Date;
      seq: number;
      ms: number;
      offline: boolean;
    }>
  >`
    SELECT u.user_id, s.* FROM unnest(${userIds}::uuid[]) AS u (user_id), LATERAL (
      SELECT session_id, game_id, started_at, coalesce(ended_at, last_beat_at) AS ended_at, seq, ms, offline
      FROM playtime_sessions
      WHERE user_id = u.user_id AND started_at >= ${new Date(from)}
      ORDER BY started_at DESC LIMIT ${MOST_SESSIONS}
    ) AS s ORDER BY s.started_at`.execute(db);
  return rows;
}

async function readDays(db: Kysely<Schema>, userIds: readonly string[], from: number) {
  return db
    .selectFrom('playtime_stats_daily')
    .select(['user_id', 'day', 'game_id', 'ms'])
    .where('user_id', 'in', userIds)
    .where('day', '>=', new Date(from).toISOString().slice(0, 10))
    .orderBy('day')
    .execute();
}

async function readUnlocks(db: Kysely<Schema>, userIds: readonly string[], from: number) {
  const { rows } = await sql<
    OfUser<{
      game_id: string;
      achievement_id: string;
      unlocked_at: Date;
      offline: boolean;
      played_ms: number;
      definition: AchievementDefinition | null;
    }>
  >`
    SELECT
      a.user_id, a.game_id, a.achievement_id, a.unlocked_at, a.offline, coalesce(t.ms, 0)::bigint AS played_ms,
      (
        SELECT d FROM catalog_games g, jsonb_array_elements(g.achievements) AS d
        WHERE g.game_id = a.game_id AND d ->> 'achievement_id' = a.achievement_id LIMIT 1
      ) AS definition
    FROM unnest(${userIds}::uuid[]) AS u (user_id), LATERAL (
      SELECT * FROM user_achievements WHERE user_id = u.user_id AND recorded_at >= ${new Date(from)}
      ORDER BY recorded_at DESC LIMIT ${MOST_UNLOCKS}
    ) AS a
    LEFT JOIN playtime_totals t ON t.user_id = a.user_id AND t.game_id = a.game_id`.execute(db);
  return rows;
}

const REFUSALS: readonly ErrorCode[] = [
  'ACHIEVEMENT_PROGRESS_TOO_FAST',
  'ACHIEVEMENT_CHANGE_TOO_LARGE',
  'ACHIEVEMENT_TIME_REFUSED',
];

/** Entries' ids are UUIDs of version 7: a time is a range of the primary key. */
async function readRefusals(db: Kysely<Schema>, userIds: readonly string[], from: number) {
  const first = `${from.toString(16).padStart(12, '0')}${'0'.repeat(20)}`;
  const { rows } = await sql<OfUser<{ day: string; reason: ErrorCode; count: number }>>`
    SELECT user_id, to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, reason, count(*)::integer AS count
    FROM unnest(${userIds}::uuid[]) AS u (id), LATERAL (
      SELECT user_id, occurred_at, reason, action FROM achievement_audit_log
      WHERE user_id = u.id AND entry_id >= ${first}::uuid AND occurred_at >= ${new Date(from)}
      ORDER BY entry_id DESC LIMIT ${MOST_REFUSALS}
    ) AS e
    WHERE action = 'achievement.refused' AND reason = ANY (${REFUSALS})
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`.execute(db);
  return rows;
}

/** Counted as far as the rule asks. */
async function readDevices(db: Kysely<Schema>, userIds: readonly string[], now: number) {
  const from = new Date(now - THRESHOLDS.deviceDays * DAY_MS);
  const { rows } = await sql<OfUser<{ device_id: string; users: number }>>`
    SELECT d.user_id, d.device_id, n.users FROM play_devices d, LATERAL (
      SELECT count(*)::integer AS users FROM (
        SELECT FROM play_devices o WHERE o.device_id = d.device_id AND o.seen_at >= ${from}
        LIMIT ${COUNTED_USERS}
      ) AS counted
    ) AS n
    WHERE d.user_id = ANY (${userIds}::uuid[]) AND d.seen_at >= ${from}`.execute(db);
  return rows;
}

const COUNTED_USERS = THRESHOLDS.deviceUsers * 10;
