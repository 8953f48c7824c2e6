/** What PostgreSQL holds, by table: how many rows, and a digest of all of them. */
import { withClient } from '../servers/with-client.ts';

export type Holdings = ReadonlyMap<string, string>;

/** Whose rows say who does something just now, and change without anybody asking. */
const LEASES = new Set(['outbox_lanes', 'bus_group_offsets']);

const TABLES = `
SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE nspname = 'public' AND relkind = 'r' ORDER BY 1`;

/** Every row of every table. Nobody else may be writing. */
export async function holdings(dsn: string): Promise<Holdings> {
  return withClient({ connectionString: dsn }, async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(TABLES);
    const held = new Map<string, string>();
    for (const { name } of tables.filter((table) => !LEASES.has(table.name))) {
      const { rows } = await client.query<{ held: string }>(
        `SELECT count(*) || ' rows, ' || coalesce(md5(string_agg(r, '' ORDER BY r)), '') AS held
         FROM (SELECT md5(t::text) AS r FROM ${name} t) AS rows`,
      );
      held.set(name, rows[0]?.held ?? '');
    }
    return held;
  });
}

export function differences(before: Holdings, after: Holdings): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((table) => before.get(table) !== after.get(table))
    .map((table) => `${table}: ${before.get(table) ?? 'missing'} before, ${after.get(table) ?? 'missing'} after`);
}

export function rowsOf(held: Holdings): number {
  return [...held.values()].reduce((sum, text) => sum + Number.parseInt(text, 10), 0);
}

/** Sums of playtime that are kept in several places, by game: those that differ. Nothing is counted twice while none does. */
const UNEQUAL_SUMS = `
WITH sessions AS (
  SELECT user_id, game_id, sum(ms + correction_ms) AS ms FROM playtime_sessions GROUP BY 1, 2
),
daily AS (SELECT user_id, game_id, sum(ms) AS ms FROM playtime_stats_daily GROUP BY 1, 2),
monthly AS (SELECT user_id, game_id, sum(ms) AS ms FROM playtime_stats_monthly GROUP BY 1, 2)
SELECT user_id, game_id, t.ms AS total, s.ms AS sessions, d.ms AS daily, m.ms AS monthly
FROM playtime_totals t FULL JOIN sessions s USING (user_id, game_id) FULL JOIN daily d USING (user_id, game_id)
  FULL JOIN monthly m USING (user_id, game_id)
WHERE coalesce(t.ms, 0) <> coalesce(s.ms, 0) OR coalesce(t.ms, 0) <> coalesce(d.ms, 0)
  OR coalesce(t.ms, 0) <> coalesce(m.ms, 0)`;

export async function unequalSums(dsn: string): Promise<readonly string[]> {
  return withClient({ connectionString: dsn }, async (client) =>
    (await client.query<object>(UNEQUAL_SUMS)).rows.map((row) => JSON.stringify(row)),
  );
}

/** Resolves when the server has recovered and takes writes. */
export async function recovered(dsn: string): Promise<void> {
  await withClient({ connectionString: dsn }, async (client) => {
    for (;;) {
      const { rows } = await client.query<{ recovering: boolean }>('SELECT pg_is_in_recovery() AS recovering');
      if (rows[0]?.recovering === false) return;
    }
  });
}

/** Where the server keeps its data. */
export function dataDirectory(dsn: string): Promise<string> {
  return withClient({ connectionString: dsn }, async (client) => {
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    return rows[0]?.data_directory ?? '';
  });
}
