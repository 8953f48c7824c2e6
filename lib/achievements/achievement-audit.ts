import { sql, type Kysely } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Caller } from '../contract/endpoint.ts';
import type { Schema } from '../db/schema.ts';
import { isErased } from '../erasure/erased-users.ts';
import { ERRORS, LibraryError, type ErrorCode } from '../errors.ts';

/** Who reports, whose achievement it is, and when. */
export interface AchievementContext {
  readonly db: Kysely<Schema>;
  readonly caller: Caller;
  readonly userId: string;
  /** Ms since the Unix epoch. */
  readonly now: number;
}

/** What a report is about, and what it asks for. */
export interface Asked {
  readonly gameId: string;
  readonly achievementId: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Writes a grant down, in its transaction. */
export async function auditGrant(
  transaction: Kysely<Schema>,
  context: Omit<AchievementContext, 'db'>,
  asked: Asked,
): Promise<void> {
  await write(transaction, context, asked, null);
}

/**
 * Does the work, and writes its refusal down if it is refused: outside of the refused transaction, which leaves nothing
 * behind. A refusal that cannot be written down becomes the failure to do so: its repeat is refused again. Of somebody
 * who was erased nothing is written down any more: a token may live on for longer than the account.
 *
 * @throws what the work throws
 */
export async function auditedRefusal<Result>(
  context: AchievementContext,
  asked: Asked,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    // An erasure that is remembered after this look has its second pass still before it.
    if (isRefusal(error) && !(await isErased(context.db, context.userId))) {
      await write(context.db, context, asked, error.type);
    }
    throw error;
  }
}

function isRefusal(error: unknown): error is LibraryError & { type: ErrorCode } {
  return error instanceof LibraryError && ERRORS[error.type as ErrorCode].status < 500;
}

async function write(
  db: Kysely<Schema>,
  { caller, userId, now }: Omit<AchievementContext, 'db'>,
  { gameId, achievementId, details }: Asked,
  reason: ErrorCode | null,
): Promise<void> {
  await db
    .insertInto('achievement_audit_log')
    .values({
      user_id: userId,
      entry_id: uuidv7({ msecs: now }),
      occurred_at: new Date(now),
      action: reason === null ? 'achievement.granted' : 'achievement.refused',
      actor_id: caller.userId,
      actor_roles: sql`${[...caller.roles]}::text[]`,
      game_id: gameId,
      achievement_id: achievementId,
      reason,
      details: JSON.stringify(details),
    })
    .execute();
}
