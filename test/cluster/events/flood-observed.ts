/** What is left of a flood: the rows, what the service told, and the dead letters. */
import { sql } from 'kysely';
import type { BridgeRig } from './bridge-rig.ts';
import type { Flood } from './flood.ts';
import { contentOf } from './flood-model.ts';
import { CONSUMED_TOPICS } from '../../../lib/contract/events/consumed.ts';
import { PRODUCED_TOPICS } from '../../../lib/contract/events/produced.ts';
import type { Database } from '../../../lib/db/database.ts';
import { ERASURE_SETTLES_MS, finishErasures } from '../../../lib/erasure/erase-user.ts';
import { deadLetterTopic, type IncomingMessage } from '../../../lib/ports/event-bus.ts';
import { tracesInDatabase, tracesInRedis } from '../../traces.ts';
import { IDLE_ACTOR } from '../../idle-actor.ts';

export interface FloodObserved {
  readonly libraries: ReadonlyMap<string, string>;
  readonly installations: ReadonlyMap<string, string>;
  readonly catalog: ReadonlyMap<string, string>;
  readonly wishes: ReadonlySet<string>;
  readonly audited: ReadonlyMap<string, number>;
  /** game → how many own it, as counted; and as the rows say. */
  readonly owners: ReadonlyMap<string, number>;
  readonly counted: ReadonlyMap<string, number>;
  /** Messages on the topics of what the service tells, in the order of each partition. */
  readonly told: readonly IncomingMessage[];
  readonly deadLetters: readonly IncomingMessage[];
  /** erased user → where something is left, once the erasures are finished. */
  readonly traces: ReadonlyMap<string, readonly string[]>;
  /** Events that are still on their way, in either direction. */
  readonly unfinished: number;
}

const EVERYTHING = 10_000_000;

/** Looks at everything; finishes the erasures on the way, as the service does some minutes after each. */
export async function observe(rig: BridgeRig, { users }: Flood, erased: ReadonlySet<string>): Promise<FloodObserved> {
  const { database, redis, bus } = rig;
  const erasing = { db: database.db, saves: { urlSeconds: 900 }, now: Date.now() + ERASURE_SETTLES_MS + 60_000 };
  while ((await finishErasures(erasing, () => IDLE_ACTOR)) > 0);
  const traces = new Map<string, readonly string[]>();
  for (const user of users.filter((each) => erased.has(each))) {
    traces.set(user, [...(await tracesInDatabase(database.db, user)), ...(await tracesInRedis(redis, user))]);
  }
  const read = async (topics: readonly string[]) =>
    (await Promise.all(topics.map((topic) => bus.peek(topic, EVERYTHING)))).flat();
  return {
    ...(await rowsOf(database)),
    told: await read(PRODUCED_TOPICS),
    deadLetters: await read(CONSUMED_TOPICS.map(deadLetterTopic)),
    traces,
    unfinished: await unfinishedIn(database),
  };
}

async function rowsOf({ db }: Database) {
  const libraries = await db.selectFrom('user_libraries').selectAll().execute();
  const installations = await db.selectFrom('game_installations').selectAll().execute();
  const games = await db.selectFrom('catalog_games').selectAll().execute();
  const prices = Map.groupBy(await db.selectFrom('catalog_prices').selectAll().execute(), ({ game_id }) => game_id);
  const wishes = await db.selectFrom('wishlists').select(['user_id', 'game_id']).execute();
  const { rows: audited } = await sql<{ key: string; n: number }>`
    SELECT user_id || ' ' || game_id || ' ' || action AS key, count(*)::integer AS n FROM library_audit_log
    GROUP BY 1`.execute(db);
  const { rows: owners } = await sql<{ game_id: string; n: number }>`
    SELECT game_id, sum(owners)::integer AS n FROM game_owner_stats GROUP BY 1 HAVING sum(owners) <> 0`.execute(db);
  return {
    libraries: new Map(
      libraries.map(({ user_id, game_id, source, revoked_at }) => [
        `${user_id} ${game_id}`,
        `${source}${revoked_at === null ? '' : ' revoked'}`,
      ]),
    ),
    installations: new Map(
      installations.map(({ user_id, game_id, device_id, status, version }) => [
        `${user_id} ${game_id} ${device_id}`,
        `${status} ${version}`,
      ]),
    ),
    catalog: new Map(
      games.map(({ game_id, title, version }) => [
        game_id,
        `${contentOf(title, prices.get(game_id) ?? [])} v${version}`,
      ]),
    ),
    wishes: new Set(wishes.map(({ user_id, game_id }) => `${user_id} ${game_id}`)),
    audited: new Map(audited.map(({ key, n }) => [key, n])),
    counted: new Map(owners.map(({ game_id, n }) => [game_id, n])),
    owners: new Map(
      [...Map.groupBy(libraries, ({ game_id }) => game_id)]
        .map(([game, rows]) => [game, rows.filter(({ revoked_at }) => revoked_at === null).length] as const)
        .filter(([, n]) => n > 0),
    ),
  };
}

async function unfinishedIn({ db }: Database): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    SELECT ((SELECT count(*) FROM outbox_events) + (SELECT count(*) FROM inbox_events WHERE NOT done))::integer AS n
  `.execute(db);
  return rows[0]?.n ?? 0;
}
