import { sql } from 'kysely';
import { forEachOf, inBatches, type SweepContext } from './sweep-context.ts';

/** Longer than a batch takes; what failed is tried again afterwards. ms */
export const GARBAGE_LEASE_MS = 300_000;

interface Entry {
  readonly object_id: string;
  readonly parts_id: string | null;
  readonly every_version: boolean;
}

/**
 * Removes from the store what no row speaks of any more. Returns how many objects.
 *
 * An entry goes after its bytes, so that whatever fails in between is done again. Sweepers that run at once share the
 * work by leases: a transaction would be held while the store is asked.
 */
export function removeGarbage(context: SweepContext): Promise<number> {
  const { db } = context;
  return inBatches(context, async () => {
    const leased = await leaseDue(context);
    const entries = await withoutRevived(context, leased);
    const abandoned: Entry[] = [];
    await forEachOf(context, 'unfinished uploads', entries, async (entry) => {
      const { object_id: objectId, parts_id: partsId } = entry;
      if (partsId !== null) await context.store.abandonParts({ objectId, partsId });
      return abandoned.push(entry);
    });
    const byKind = Map.groupBy(abandoned, ({ every_version }) => every_version);
    const done = await forEachOf(context, 'garbage', byKind, async ([everyVersion, all]) => {
      const ids = all.map(({ object_id }) => object_id);
      const gone = await removeObjects(context, ids, everyVersion);
      if (gone.length === 0) return 0;
      // One of which every version is asked for meanwhile stays for another time.
      await db
        .deleteFrom('savegame_garbage')
        .where('object_id', 'in', gone)
        .where('every_version', '=', everyVersion)
        .execute();
      return gone.length;
    });
    return { found: leased.length, done };
  });
}

async function leaseDue({ db, now, limits }: SweepContext): Promise<readonly Entry[]> {
  const at = new Date(now);
  const { rows } = await sql<Entry>`
    UPDATE savegame_garbage SET leased_until = ${new Date(now + GARBAGE_LEASE_MS)}
    WHERE object_id IN (
      SELECT object_id FROM savegame_garbage
      WHERE due_at <= ${at} AND (leased_until IS NULL OR leased_until <= ${at})
      ORDER BY due_at LIMIT ${limits.batch} FOR UPDATE SKIP LOCKED)
    RETURNING object_id, parts_id, every_version`.execute(db);
  return rows;
}

/**
 * Returns those that are gone. When the store refuses, it may refuse one of them (a bucket may lock objects): that one must
 * not keep the others, so it is looked for by halves. When both halves fail, the store is away.
 */
async function removeObjects(
  { store, failed }: SweepContext,
  objectIds: readonly string[],
  everyVersion: boolean,
): Promise<readonly string[]> {
  const refusals: unknown[] = [];
  const attempt = async (ids: readonly string[]): Promise<boolean> => {
    try {
      await store.remove(ids, everyVersion);
      return true;
    } catch (error) {
      refusals.push(error);
      return false;
    }
  };
  const byHalves = async (ids: readonly string[]): Promise<readonly string[]> => {
    if (ids.length < 2) return [];
    const halves = [ids.slice(0, ids.length / 2), ids.slice(ids.length / 2)];
    const removed = [];
    for (const half of halves) removed.push(await attempt(half));
    if (!removed.includes(true)) return [];
    const gone = [];
    for (const [n, half] of halves.entries()) gone.push(...(removed[n] === true ? half : await byHalves(half)));
    return gone;
  };
  const gone = (await attempt(objectIds)) ? objectIds : await byHalves(objectIds);
  if (gone.length < objectIds.length) failed('garbage', refusals[0]);
  return gone;
}

/** No id comes back into the rows. Should one, all the same, then the save is worth more than the room. */
async function withoutRevived({ db, failed }: SweepContext, leased: readonly Entry[]): Promise<readonly Entry[]> {
  if (leased.length === 0) return [];
  const { rows } = await sql<{ object_id: string }>`
    DELETE FROM savegame_garbage g
    WHERE g.object_id = ANY (${leased.map(({ object_id }) => object_id)}::uuid[])
      AND (EXISTS (SELECT FROM savegame_objects o WHERE o.object_id = g.object_id)
        OR EXISTS (SELECT FROM savegame_uploads u WHERE u.upload_id = g.object_id))
    RETURNING g.object_id`.execute(db);
  if (rows.length === 0) return leased;
  failed('garbage', new Error(`${rows.length} objects to be removed belong to saves: they stay`));
  const revived = new Set(rows.map(({ object_id }) => object_id));
  return leased.filter(({ object_id }) => !revived.has(object_id));
}
