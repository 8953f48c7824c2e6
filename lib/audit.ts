import { sql, type Kysely } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Caller } from './contract/endpoint.ts';
import type { Schema } from './db/schema.ts';

/** Their details name the other side as `other_id`, by which an erasure finds them. */
type FamilyAction =
  `family.${'invited' | 'accepted' | 'invitation_closed' | 'ended'}` | `family.game_${'excluded' | 'included'}`;

export interface AuditEntry {
  readonly action:
    | (
        | 'library.granted'
        | 'library.revoked'
        | 'playtime.corrected'
        | 'savegame.resolved'
        | 'finding.decided'
        | 'user.watched'
      )
    | FamilyAction
    | `operator.${string}`;
  readonly caller: Caller;
  /** Whose data changed. */
  readonly userId: string;
  /** Null: it concerns no game. */
  readonly gameId: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * Writes down who changed what, in the transaction of the change.
 *
 * @param now ms since the Unix epoch
 */
export async function audit(transaction: Kysely<Schema>, now: number, entry: AuditEntry): Promise<void> {
  const { action, caller, userId, gameId, details } = entry;
  await transaction
    .insertInto('library_audit_log')
    .values({
      user_id: userId,
      entry_id: uuidv7({ msecs: now }),
      occurred_at: new Date(now),
      action,
      actor_id: caller.userId,
      actor_roles: sql`${[...caller.roles]}::text[]`,
      game_id: gameId,
      details: JSON.stringify(details),
    })
    .execute();
}
