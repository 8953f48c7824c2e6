/** How far the bridge is, asked of the database; and waiting for it. */
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Database } from '../../../lib/db/database.ts';

const LOOK_EVERY_MS = 20;
/** Nothing moves for so long: it never will. */
const STUCK_MS = 60_000;

/** Events of others that were taken in. */
export async function takenIn({ db }: Pick<Database, 'db'>): Promise<number> {
  const { rows } = await sql<{ n: number }>`SELECT count(*)::integer AS n FROM inbox_events`.execute(db);
  return rows[0]?.n ?? 0;
}

/** Events that wait in the outbox. */
export async function backlogOf({ db }: Pick<Database, 'db'>): Promise<number> {
  const { rows } = await sql<{ n: number }>`SELECT count(*)::integer AS n FROM outbox_events`.execute(db);
  return rows[0]?.n ?? 0;
}

/**
 * Resolves when it is so.
 *
 * @param progress whatever changes while there is hope
 */
export async function until(
  isSo: () => Promise<boolean>,
  progress: () => Promise<unknown> = async () => null,
  everyMs = LOOK_EVERY_MS,
): Promise<void> {
  let last: unknown = null;
  let movedAt = Date.now();
  while (!(await isSo())) {
    const now = await progress();
    if (now !== last) [last, movedAt] = [now, Date.now()];
    if (Date.now() - movedAt > STUCK_MS) throw new Error(`stuck for ${STUCK_MS / 1_000} s at ${String(now)}`);
    await pause(everyMs);
  }
}
