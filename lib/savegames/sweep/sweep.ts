import { auditStore, type AuditReport } from './audit-store.ts';
import { endRetention } from './end-retention.ts';
import { expireUploads } from './expire-uploads.ts';
import { purgeDeletedSlots } from './purge-deleted-slots.ts';
import { removeGarbage } from './remove-garbage.ts';
import type { SweepContext } from './sweep-context.ts';

/** What one round did. */
export interface SweepReport extends AuditReport {
  readonly uploadsExpired: number;
  /** Slots in which something was kept for a time that is over. */
  readonly slotsTrimmed: number;
  /** Deleted slots that are gone for good. */
  readonly slotsPurged: number;
  /** Objects removed from the store. */
  readonly removed: number;
  /** What could not be done, and is left for the next round. */
  readonly failures: number;
}

const NO_AUDIT: AuditReport = { orphans: 0, missing: 0, foundAgain: 0, abandoned: 0, finished: false };

/**
 * One round of all chores. Several sweepers may be at it at once, and each step is safe to be cut off and to be done
 * again. Never rejects: what fails is told to `failed`.
 */
export async function sweepSaves(context: SweepContext): Promise<SweepReport> {
  let failures = 0;
  const counting: SweepContext = {
    ...context,
    failed(chore, error) {
      failures += 1;
      context.failed(chore, error);
    },
  };
  const attempt = async <Result>(chore: string, work: (context: SweepContext) => Promise<Result>, none: Result) => {
    try {
      return await work(counting);
    } catch (error) {
      counting.failed(chore, error);
      return none;
    }
  };
  const uploadsExpired = await attempt('uploads', expireUploads, 0);
  const slotsTrimmed = await attempt('retention', endRetention, 0);
  const slotsPurged = await attempt('deleted slots', purgeDeletedSlots, 0);
  const audit = await attempt('audit', auditStore, NO_AUDIT);
  // Last: it removes what the others have found.
  const removed = await attempt('garbage', removeGarbage, 0);
  return { uploadsExpired, slotsTrimmed, slotsPurged, ...audit, removed, failures };
}
