import type { Kysely } from 'kysely';
import { purgeDecidedFindings, purgePlayDevices } from '../anticheat/forget.ts';
import { trimEventBus } from '../bus/database-event-bus.ts';
import { ensurePartitions, PARTITION_MONTHS_BEHIND, PARTITIONED, retirePartitions } from '../db/partitions.ts';
import { PARTITION_MONTHS_AHEAD } from '../db/prepare.ts';
import type { Schema } from '../db/schema.ts';
import { purgeInbox } from '../events/inbox.ts';
import { purgeIdempotencyKeys } from '../idempotency/postgres-idempotency-store.ts';
import { DAY_MS } from '../playtime/days.ts';
import { OFFLINE_MAX_AGE_MS } from '../playtime/offline-rules.ts';
import { purgeAccountProfiles } from '../upstream/account-profiles.ts';

export interface Retention {
  /** Full months of session history and audit log that are kept beside the running one. */
  readonly keepMonths: number;
}

/** What one run did. */
export interface MaintenanceReport {
  readonly partitionsMade: readonly string[];
  readonly partitionsRetired: readonly string[];
  readonly idempotencyKeysPurged: number;
  readonly offlineReportsPurged: number;
  readonly inboxPurged: number;
  readonly accountsForgotten: number;
  /** Of play: who was seen on which device long ago, and findings that were decided. */
  readonly devicesForgotten: number;
  readonly findingsForgotten: number;
  /** Of the embedded event bus. */
  readonly messagesTrimmed: number;
}

/** Twice what Kafka keeps messages for unless told otherwise: an event that is forgotten cannot be delivered again. */
const INBOX_KEEP_MS = 14 * DAY_MS;
/** Names of people whom nobody has looked at for long. */
const ACCOUNT_KEEP_MS = 90 * DAY_MS;
/** Three times what the rule about devices looks back on. */
const DEVICE_KEEP_MS = 90 * DAY_MS;
/** About as long as a full month may be: decisions go with the sessions that they are about. */
const MONTH_MS = 31 * DAY_MS;
/** As Kafka does it unless told otherwise. */
const BUS_KEEP_MS = 7 * DAY_MS;

/**
 * The chores of the database. Every step stands on its own and may run in many processes at once.
 *
 * @param now ms since the Unix epoch
 */
export async function maintain(db: Kysely<Schema>, now: number, { keepMonths }: Retention): Promise<MaintenanceReport> {
  const partitionsMade = await ensurePartitions(db, now, PARTITION_MONTHS_AHEAD);
  const partitionsRetired: string[] = [];
  // Never those that the same run would make again.
  const kept = Math.max(keepMonths, PARTITION_MONTHS_BEHIND + 1);
  for (const partitioned of PARTITIONED) {
    partitionsRetired.push(...(await retirePartitions(db, partitioned, now, kept)));
  }
  return {
    partitionsMade,
    partitionsRetired,
    idempotencyKeysPurged: await purgeIdempotencyKeys(db, now),
    offlineReportsPurged: await purgeOfflineReports(db, now),
    inboxPurged: await purgeInbox(db, new Date(now - INBOX_KEEP_MS)),
    accountsForgotten: await purgeAccountProfiles(db, new Date(now - ACCOUNT_KEEP_MS)),
    devicesForgotten: await purgePlayDevices(db, new Date(now - DEVICE_KEEP_MS)),
    findingsForgotten: await purgeDecidedFindings(db, new Date(now - kept * MONTH_MS)),
    messagesTrimmed: await trimEventBus(db, now, BUS_KEEP_MS),
  };
}

/** A report older than what may be reported can no longer be repeated: its sessions would be refused as too old. */
async function purgeOfflineReports(db: Kysely<Schema>, now: number): Promise<number> {
  const result = await db
    .deleteFrom('playtime_offline_sessions')
    .where('reported_at', '<', new Date(now - OFFLINE_MAX_AGE_MS))
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
