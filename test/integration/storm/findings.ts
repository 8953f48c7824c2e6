import { sql } from 'kysely';
import { USERS, type World } from './world.ts';
import { keyToUuid } from '../../../lib/uuid.ts';
import { sums } from '../../playtime-rows.ts';
import { tracesInDatabase } from '../../traces.ts';
import { toldEvent } from '../../event-schemas.ts';
import type { OutgoingMessage } from '../../../lib/ports/event-bus.ts';

/** What is wrong with the counters of owners and achievements, compared with a recount. */
export async function wrongCounters({ database: { db } }: World): Promise<readonly unknown[]> {
  const { rows } = await sql`
    WITH counted AS (
      SELECT game_id, slot, '' AS achievement_id, owners AS n FROM game_owner_stats
      UNION ALL SELECT game_id, slot, achievement_id, unlocked FROM achievement_stats
    ), recounted AS (
      SELECT game_id, get_byte(uuid_send(user_id), 15) % 32 AS slot, '' AS achievement_id, count(*) AS n
      FROM user_libraries WHERE revoked_at IS NULL AND source <> 'family' GROUP BY 1, 2
      UNION ALL
      SELECT a.game_id, get_byte(uuid_send(user_id), 15) % 32, achievement_id, count(*)
      FROM user_achievements a JOIN user_libraries l USING (user_id, game_id)
      WHERE revoked_at IS NULL AND source <> 'family' GROUP BY 1, 2, 3
    )
    SELECT game_id, slot, achievement_id, c.n AS counted, r.n AS recounted
    FROM counted c FULL JOIN recounted r USING (game_id, slot, achievement_id)
    WHERE coalesce(c.n, 0) <> coalesce(r.n, 0)`.execute(db);
  return rows;
}

/** Games that somebody has and wishes for; places in a wishlist taken twice. */
export async function wrongWishes({ database: { db } }: World): Promise<readonly unknown[]> {
  const { rows } = await sql`
    SELECT user_id, game_id FROM wishlists JOIN user_libraries USING (user_id, game_id)
    WHERE revoked_at IS NULL AND source <> 'family'
    UNION ALL
    SELECT user_id, NULL FROM wishlists GROUP BY user_id, position HAVING count(*) > 1`.execute(db);
  return rows;
}

/** What is left of the erased. */
export async function tracesOfErased({ database: { db }, erased }: World): Promise<readonly string[]> {
  const found: string[] = [];
  for (const user of erased) found.push(...(await tracesInDatabase(db, user)).map((place) => `${user} ${place}`));
  return found;
}

/** Users whose sums of playtime disagree with each other or with the sessions that were flushed. */
export async function wrongPlaytime(world: World): Promise<readonly unknown[]> {
  const wrong: unknown[] = [];
  for (const user of stayed(world)) {
    const found = await sums(world.database, user);
    for (const place of ['sessions', 'daily', 'monthly']) {
      if (!same(found[place], found['totals'])) wrong.push({ user, place, found });
    }
    if (!same(found['sessions by day'], found['daily by day'])) wrong.push({ user, found });
  }
  const stored = await world.database.db.selectFrom('playtime_sessions').select(['session_id', 'ms', 'rev']).execute();
  const bySession = new Map(stored.map((row) => [row.session_id, row]));
  for (const row of world.sessions.values()) {
    if (world.erased.has(keyToUuid(row.userId))) continue;
    const found = bySession.get(keyToUuid(row.sessionId));
    const ms = row.msByDay.reduce((sum, day) => sum + day, 0);
    if (found?.ms !== ms || found.rev !== row.rev) wrong.push({ row, found });
  }
  return wrong;
}

/** Replays what every user's events say, in their order, and compares with what is stored. */
export async function wrongStories(world: World, told: readonly OutgoingMessage[]): Promise<readonly unknown[]> {
  const { db } = world.database;
  const wrong: unknown[] = [];
  const seen = new Map<string, string>();
  const stories = new Map<string, Story>(USERS.map((user) => [user, newStory()]));
  for (const message of told) {
    const { id, type, data } = toldEvent(message.value);
    if (seen.has(id)) {
      if (seen.get(id) !== message.value) wrong.push({ id, twice: [seen.get(id), message.value] });
      continue;
    }
    seen.set(id, message.value);
    const user = String(data['user_id']);
    for (const flaw of replay(stories.get(user)!, type, data)) if (!world.erased.has(user)) wrong.push({ user, flaw });
  }
  const stored = new Map<string, Story>(USERS.map((user) => [user, newStory()]));
  const games = await db
    .selectFrom('user_libraries')
    .select(['user_id', 'game_id', 'source'])
    .where('revoked_at', 'is', null)
    .execute();
  for (const { user_id, game_id, source } of games) {
    stored.get(user_id)!.games.add(game_id);
    if (source === 'family') stored.get(user_id)!.borrowed.add(game_id);
  }
  for (const { user_id, game_id } of await db.selectFrom('wishlists').select(['user_id', 'game_id']).execute()) {
    stored.get(user_id)!.wishes.add(game_id);
  }
  const unlocked = await db.selectFrom('user_achievements').select(['user_id', 'game_id', 'achievement_id']).execute();
  for (const { user_id, game_id, achievement_id } of unlocked) {
    stored.get(user_id)!.unlocked.add(`${game_id} ${achievement_id}`);
  }
  for (const { user_id, game_id, ms } of await db.selectFrom('playtime_totals').selectAll().execute()) {
    if (ms !== 0) stored.get(user_id)!.playedMs.set(game_id, ms);
  }
  for (const user of stayed(world)) {
    const [is, says] = [shown(stored.get(user)!), shown(stories.get(user)!)];
    if (JSON.stringify(is) !== JSON.stringify(says)) wrong.push({ user, is, says });
  }
  return wrong;
}

interface Story {
  readonly games: Set<string>;
  /** Those of them that are somebody else's. */
  readonly borrowed: Set<string>;
  readonly wishes: Set<string>;
  readonly unlocked: Set<string>;
  readonly playedMs: Map<string, number>;
  readonly progress: Map<string, number>;
}

function newStory(): Story {
  const sets = { games: new Set<string>(), borrowed: new Set<string>(), wishes: new Set<string>() };
  return { ...sets, unlocked: new Set(), playedMs: new Map(), progress: new Map() };
}

/** Applies one event; returns what it cannot follow upon. */
function replay(story: Story, type: string, data: Readonly<Record<string, unknown>>): string[] {
  const game = String(data['game_id']);
  const achievement = `${game} ${String(data['achievement_id'])}`;
  const enter = (set: Set<string>, what: string) => (set.has(what) ? [`${type} ${what}, again`] : (set.add(what), []));
  switch (type) {
    case 'library.game.added':
      // What is borrowed becomes the user's own when it is bought, and is told again.
      if (data['source'] !== 'family' && story.borrowed.delete(game)) return [];
      if (data['source'] === 'family') story.borrowed.add(game);
      return enter(story.games, game);
    case 'library.game.removed':
      story.borrowed.delete(game);
      return story.games.delete(game) ? [] : [`${type} ${game}, which was not there`];
    case 'library.wishlist.item.added':
      return [
        ...(story.games.has(game) && !story.borrowed.has(game) ? [`${type} ${game}, which is owned`] : []),
        ...enter(story.wishes, game),
      ];
    case 'library.wishlist.item.removed':
      return story.wishes.delete(game) ? [] : [`${type} ${game}, which was not there`];
    case 'library.wishlist.item.discounted':
      return story.wishes.has(game) ? [] : [`${type} ${game}, which is no wish`];
    case 'library.achievement.unlocked':
      return [
        ...(story.games.has(game) ? [] : [`${type} of ${game}, not owned`]),
        ...enter(story.unlocked, achievement),
      ];
    case 'library.achievement.progress': {
      const before = story.progress.get(achievement) ?? 0;
      story.progress.set(achievement, Number(data['value']));
      return Number(data['value']) > before
        ? []
        : [`${type} ${achievement} from ${before} to ${String(data['value'])}`];
    }
    case 'library.playtime.updated': {
      const ms = (story.playedMs.get(game) ?? 0) + Number(data['added_ms']);
      if (ms === 0) story.playedMs.delete(game);
      else story.playedMs.set(game, ms);
      return Math.floor(ms / 1000) === data['total_seconds']
        ? []
        : [`${type} ${game}: ${ms} ms, not ${String(data['total_seconds'])} s`];
    }
    default:
      return [];
  }
}

function shown({ games, borrowed, wishes, unlocked, playedMs }: Story) {
  const order = (a: readonly [string, number], b: readonly [string, number]) => (a[0] < b[0] ? -1 : 1);
  return {
    games: [...games].sort(),
    borrowed: [...borrowed].sort(),
    wishes: [...wishes].sort(),
    unlocked: [...unlocked].sort(),
    playedMs: [...playedMs].sort(order),
  };
}

export function stayed({ erased }: World): readonly string[] {
  return USERS.filter((user) => !erased.has(user));
}

function same(a: Record<string, number> = {}, b: Record<string, number> = {}): boolean {
  const sorted = (record: Record<string, number>) => JSON.stringify(Object.entries(record).sort());
  return sorted(a) === sorted(b);
}
