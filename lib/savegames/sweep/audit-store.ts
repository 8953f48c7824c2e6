/**
 * The audit of the store against the rows: both are walked side by side in the order of the ids, a slice a round.
 *
 *   store ids   a b   d e          b has no row that speaks of it: onto the garbage list, due in a day
 *   row ids     a   c d e          c is not in the store: asked again, then marked as missing
 *
 * The store is listed first and the rows are read second, in one statement: an object that is listed had its upload's row
 * before its URL, and keeps a row of one kind or another through confirmation and removal. So what is being confirmed is
 * never taken for an orphan. The other way round, a row that is read is asked for once more, by itself.
 *
 * A wrong bucket, or a folder that is not mounted, must neither mark everything nor remove what is another's: where most
 * of a slice would be touched, none of it is, and operators are told.
 */
import { auditPosition, moveAudit } from './audit-position.ts';
import { abandonForgottenParts } from './abandon-parts.ts';
import { ImplausibleAudit } from './implausible-audit.ts';
import { markFound, markMissing, type HeldRow } from './mark-missing.ts';
import { rowsBeside } from './rows-beside.ts';
import type { SweepContext } from './sweep-context.ts';
import { throwAway } from '../garbage.ts';

export interface AuditReport {
  /** Objects without a row, now on the garbage list. */
  readonly orphans: number;
  /** Rows whose object is found to be gone. */
  readonly missing: number;
  /** Those whose object is there again. */
  readonly foundAgain: number;
  /** Unfinished uploads in parts that nobody knows of. */
  readonly abandoned: number;
  /** This slice reached the end: the next one begins anew. */
  readonly finished: boolean;
}

/** Of fewer there may be many by chance. */
const PLAUSIBLE_UNDER = 20;
const ASKED_AT_ONCE = 16;

/** One slice, from where the last one ended. */
export async function auditStore(context: SweepContext): Promise<AuditReport> {
  const { db, store, now, limits } = context;
  const after = await auditPosition(db);
  const listed = await store.list(after, limits.slice);
  const end = listed.length < limits.slice ? null : (listed.at(-1)?.objectId ?? null);
  const { held, strays } = await rowsBeside(
    db,
    { after, end, limit: limits.slice },
    listed.map(({ objectId }) => objectId),
  );
  // More rows than objects: the slice ends with the rows.
  const until = held.length < limits.slice ? end : (held.at(-1)?.objectId ?? null);

  const sizes = new Map(listed.map(({ objectId, sizeBytes }) => [objectId, sizeBytes]));
  const isListed = ({ objectId, sizeBytes }: HeldRow): boolean => sizes.get(objectId) === sizeBytes;
  const present = held.filter(({ missing }) => !missing);
  const doubtful = present.filter((row) => !isListed(row));
  const gone = await filterBy(doubtful, async (row) => !(await isStored(context, row)));
  const back = await filterBy(
    held.filter((row) => row.missing && isListed(row)),
    (row) => isStored(context, row),
  );

  let orphans = 0;
  if (isPlausible(context, 'objects without a row', strays.length, listed.length)) {
    orphans = strays.length;
    const garbage = strays.map((objectId) => ({ objectId, partsId: null }));
    const dueAt = now + limits.strayMs;
    await db.transaction().execute((transaction) => throwAway(transaction, garbage, { everyVersion: false, dueAt }));
  }
  let missing = 0;
  if (isPlausible(context, 'rows without an object', gone.length, present.length)) {
    missing = await markMissing(context, gone);
  }
  const foundAgain = await markFound(context, back);
  const abandoned = until === null ? await abandonForgottenParts(context) : 0;
  await moveAudit(db, { from: after, to: until, now });
  return { orphans, missing, foundAgain, abandoned, finished: until === null };
}

async function isStored({ store }: SweepContext, row: HeldRow): Promise<boolean> {
  const stored = await store.describe(row.objectId);
  return stored?.sizeBytes === row.sizeBytes && (stored.sha256 === null || stored.sha256 === row.sha256);
}

function isPlausible({ failed }: SweepContext, what: string, found: number, of: number): boolean {
  if (of < PLAUSIBLE_UNDER || found * 2 <= of) return true;
  failed('audit', new ImplausibleAudit(what, found, of));
  return false;
}

async function filterBy<Item>(
  items: readonly Item[],
  test: (item: Item) => Promise<boolean>,
): Promise<readonly Item[]> {
  const kept: Item[] = [];
  for (let at = 0; at < items.length; at += ASKED_AT_ONCE) {
    const some = items.slice(at, at + ASKED_AT_ONCE);
    const passed = await Promise.all(some.map(test));
    kept.push(...some.filter((_, n) => passed[n]));
  }
  return kept;
}
