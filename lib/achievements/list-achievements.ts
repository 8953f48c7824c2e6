import { sql, type Kysely, type RawBuilder } from 'kysely';
import { achievementOf } from './definition.ts';
import { percentOf, type GameRarity, type Rarities } from './rarity.ts';
import { notInLibrary } from './situation.ts';
import type { AchievementPage, AchievementsQuery, UserAchievement } from '../contract/achievements.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { Schema } from '../db/schema.ts';
import type { AchievementDefinition } from '../db/schema/catalog.ts';
import { hasAccess } from '../library/access.ts';
import { uuidToKey } from '../uuid.ts';

export interface ListContext {
  readonly db: Kysely<Schema>;
  readonly rarities: Rarities;
  readonly userId: string;
  /** Whether what a hidden achievement takes is kept back until it is unlocked. */
  readonly masks: boolean;
}

interface Row {
  readonly game_id: string;
  readonly definition: AchievementDefinition;
  readonly value: number | null;
  readonly unlocked_at: Date | null;
  readonly offline: boolean | null;
}

const MASKED_TITLE = 'Hidden achievement';

/**
 * A page of what can be achieved in the user's games, in the order of game and achievement id: stable whatever comes
 * and goes between two pages.
 *
 * @throws LibraryError GAME_NOT_IN_LIBRARY for the one game asked for, VALIDATION_ERROR for a cursor of another list
 */
export async function listAchievements(context: ListContext, query: AchievementsQuery): Promise<AchievementPage> {
  const { db, rarities, userId, masks } = context;
  const gameId = query.game_id?.toLowerCase() ?? null;
  const after = query.cursor === undefined ? null : decodeCursor(query.cursor, isPosition);
  const rows = await readRows(db, userId, gameId, after, query.limit + 1);
  if (rows.length === 0 && gameId !== null && !(await hasAccess(db, userId, gameId))) throw notInLibrary(gameId);
  const shown = rows.slice(0, query.limit);
  const rarity = await rarities.of([...new Set(shown.map(({ game_id }) => game_id))]);
  const items = shown.map((row) => itemOf(row, rarity.get(row.game_id), masks));
  const last = items.at(-1);
  const more = rows.length > query.limit && last !== undefined;
  return { items, next_cursor: more ? encodeCursor([last.game_id, last.achievement_id]) : null };
}

/** Game and achievement of the last item of the page before. */
type Position = readonly [string, string];

function isPosition(parts: unknown): parts is Position {
  if (!Array.isArray(parts) || parts.length !== 2) return false;
  const [gameId, achievementId] = parts as unknown[];
  if (typeof gameId !== 'string' || uuidToKey(gameId) === null) return false;
  return typeof achievementId === 'string' && achievementId.length <= 256 && !achievementId.includes('\0');
}

/**
 * The inner query walks the library in the order of its primary key and stops when the page is full; only then are the
 * user's own rows looked up. `COLLATE "C"` is the order of the primary keys of achievements, on every server.
 */
async function readRows(
  db: Kysely<Schema>,
  userId: string,
  gameId: string | null,
  after: Position | null,
  limit: number,
): Promise<readonly Row[]> {
  const id: RawBuilder<string> = sql`(d.definition ->> 'achievement_id') COLLATE "C"`;
  const ofGame = gameId === null ? sql`` : sql`AND l.game_id = ${gameId}`;
  const rest =
    after === null
      ? sql``
      : // The first two bound the ranges in the indexes.
        sql`AND l.game_id >= ${after[0]} AND g.game_id >= ${after[0]} AND (l.game_id > ${after[0]} OR ${id} > ${after[1]})`;
  const { rows } = await sql<Row>`
    SELECT page.game_id, page.definition, p.value, u.unlocked_at, u.offline
    FROM (
      SELECT l.game_id, d.definition, ${id} AS achievement_id
      FROM user_libraries l JOIN catalog_games g ON g.game_id = l.game_id
      CROSS JOIN LATERAL jsonb_array_elements(g.achievements) AS d (definition)
      WHERE l.user_id = ${userId} AND l.revoked_at IS NULL ${ofGame} ${rest}
      ORDER BY l.game_id, 3 LIMIT ${limit}
    ) AS page
    LEFT JOIN user_achievements u
      ON u.user_id = ${userId} AND u.game_id = page.game_id AND u.achievement_id = page.achievement_id
    LEFT JOIN user_achievement_progress p
      ON p.user_id = ${userId} AND p.game_id = page.game_id AND p.achievement_id = page.achievement_id
    ORDER BY page.game_id, page.achievement_id`.execute(db);
  return rows;
}

function itemOf(row: Row, rarity: GameRarity | undefined, masks: boolean): UserAchievement {
  const achievement = achievementOf(row.definition);
  const { achievementId, title, description, hidden, authority, target } = achievement;
  const unlocked = row.unlocked_at !== null;
  const masked = masks && hidden && !unlocked;
  return {
    game_id: row.game_id,
    achievement_id: achievementId,
    title: masked ? MASKED_TITLE : title,
    description: masked ? '' : description,
    hidden,
    masked,
    authority,
    progress_kind: achievement.progress,
    target: masked ? null : target,
    // The catalogue may have moved the target since.
    progress: masked ? null : unlocked ? target : Math.min(row.value ?? 0, target),
    unlocked,
    unlocked_at: row.unlocked_at?.toISOString() ?? null,
    offline: row.offline ?? false,
    // The sums are some seconds old; that this user owns the game, and has this or not, is known.
    rarity_percent: percentOf(
      Math.max(rarity?.unlocked.get(achievementId) ?? 0, unlocked ? 1 : 0),
      Math.max(rarity?.owners ?? 0, 1),
    ),
  };
}
