import { sql } from 'kysely';
import { forEachOf, type SweepContext } from './sweep-context.ts';
import { DAY_MS } from '../../playtime/days.ts';
import type { UnfinishedParts } from '../../ports/save-store.ts';

/**
 * Gives up uploads in parts that no upload row speaks of: the service died between beginning one and writing that down.
 * A day old, so that none is taken whose row is still being written. Returns how many.
 */
export async function abandonForgottenParts(context: SweepContext): Promise<number> {
  const { store, now, limits } = context;
  let abandoned = 0;
  let old: UnfinishedParts[] = [];
  const giveUp = async (): Promise<void> => {
    const forgotten = await withoutRow(context, old);
    abandoned += await forEachOf(context, 'unfinished uploads', forgotten, async ({ objectId, partsId }) => {
      await store.abandonParts({ objectId, partsId });
      return 1;
    });
    old = [];
  };
  for await (const unfinished of store.listUnfinished()) {
    if (unfinished.begunAt > now - DAY_MS) continue;
    if (old.push(unfinished) >= limits.batch) await giveUp();
  }
  await giveUp();
  return abandoned;
}

async function withoutRow(
  { db }: SweepContext,
  unfinished: readonly UnfinishedParts[],
): Promise<readonly UnfinishedParts[]> {
  if (unfinished.length === 0) return [];
  const { rows } = await sql<{ parts_id: string }>`
    SELECT parts_id FROM savegame_uploads
    WHERE upload_id = ANY (${unfinished.map(({ objectId }) => objectId)}::uuid[]) AND parts_id IS NOT NULL`.execute(db);
  const known = new Set(rows.map(({ parts_id }) => parts_id));
  return unfinished.filter(({ partsId }) => !known.has(partsId));
}
