import type { AccessChecks, GameAccess } from '../contract/service-twins.ts';
import type { SqlExecutor } from '../db/database.ts';
import type { Source } from '../db/schema/library.ts';

export type AccessCheck = AccessChecks['checks'][number];

/** By the primary key, one lookup a pair; both lists have the same length. */
export const ACCESS_OF = `
  SELECT l.user_id, l.game_id, l.source, l.acquired_at
  FROM unnest($1::uuid[], $2::uuid[]) AS asked (user_id, game_id)
  JOIN user_libraries l ON l.user_id = asked.user_id AND l.game_id = asked.game_id
  WHERE l.revoked_at IS NULL`;

interface Row {
  readonly user_id: string;
  readonly game_id: string;
  readonly source: Source;
  readonly acquired_at: Date;
}

/** Whether the users may play the games now, and why; one statement for all. In the order asked. */
export async function checkAccess(executor: SqlExecutor, checks: readonly AccessCheck[]): Promise<GameAccess[]> {
  const asked = checks.map(({ user_id, game_id }) => ({
    user_id: user_id.toLowerCase(),
    game_id: game_id.toLowerCase(),
  }));
  const { rows } = await executor.query<Row>(
    ACCESS_OF,
    [asked.map(({ user_id }) => user_id), asked.map(({ game_id }) => game_id)],
    'access-of',
  );
  const found = new Map(rows.map((row) => [`${row.user_id} ${row.game_id}`, row]));
  return asked.map(({ user_id, game_id }) => {
    const row = found.get(`${user_id} ${game_id}`);
    if (row === undefined) return { user_id, game_id, access: 'none', source: null, acquired_at: null };
    const access = row.source === 'family' ? 'borrowed' : 'owned';
    return { user_id, game_id, access, source: row.source, acquired_at: row.acquired_at.toISOString() };
  });
}
