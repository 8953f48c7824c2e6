import type { Kysely } from 'kysely';
import { FINDING_STATES } from '../contract/findings.ts';
import type { Schema } from '../db/schema.ts';

/** Forgets who was last seen on which device before this moment. Returns how many pairs that were. */
export async function purgePlayDevices(db: Kysely<Schema>, seenBefore: Date): Promise<number> {
  const result = await db.deleteFrom('play_devices').where('seen_at', '<', seenBefore).executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** Forgets what was decided before this moment; what is open stays, however old. Returns how many findings that were. */
export async function purgeDecidedFindings(db: Kysely<Schema>, decidedBefore: Date): Promise<number> {
  const result = await db
    .deleteFrom('play_findings')
    .where(
      'state',
      'in',
      FINDING_STATES.filter((state) => state !== 'open'),
    )
    .where('decided_at', '<', decidedBefore)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
