import type { Transaction } from 'kysely';
import { lockAccount, type SavesContext } from './account.ts';
import { bringBack } from './bring-back.ts';
import { savegameConflict } from './conflict.ts';
import { audit } from '../audit.ts';
import type { Caller } from '../contract/endpoint.ts';
import type { ResolveBody, ResolveReply } from '../contract/savegame-transfers.ts';
import { invalid } from '../contract/validation.ts';
import type { Schema } from '../db/schema.ts';
import { LibraryError } from '../errors.ts';
import { emit, raiseRevisions, type NewEvent } from '../events/emit.ts';
import { slotForCopy } from './slot-for-copy.ts';
import { keepLosingHead, settle } from './settle.ts';
import { shownVersion, type VersionRow } from './shown.ts';
import {
  findHead,
  mustBeInStore,
  mustHaveSlot,
  mustHaveVersion,
  mustShowSlot,
  slotNamed,
  type SlotName,
} from './slot.ts';

export interface ResolveContext extends SavesContext {
  readonly caller: Caller;
}

/**
 * Decides a conflict, about the head that was seen. The same decision again changes nothing, and is answered with what
 * there is. Whoever decides for somebody else is written down.
 *
 * @throws LibraryError VALIDATION_ERROR, NOT_FOUND when there is no such side version, CONFLICT when it was decided
 *   otherwise, or the slot for the copy is in use, SAVEGAME_CONFLICT when the head is another than the one named,
 *   SAVEGAME_LOST when what is to be kept is, QUOTA_EXCEEDED for one slot too many, USER_ERASED
 */
export async function resolveConflict(context: ResolveContext, body: ResolveBody): Promise<ResolveReply> {
  const { db, userId, now, caller } = context;
  const name = slotNamed(body);
  if (body.keep !== 'both' && body.into_slot !== undefined) {
    throw invalid([{ field: 'into_slot', message: 'is for `both` only' }]);
  }
  return db.transaction().execute(async (transaction) => {
    await lockAccount(transaction, userId);
    const row = await mustHaveSlot(transaction, userId, name);
    const side = await mustHaveSide(transaction, userId, name, body.side_version);
    if (side.settled_at !== null) return repeated(transaction, context, side, body);
    if (row.head_version !== body.head_version) {
      const head = await findHead(transaction, userId, name, row);
      throw savegameConflict({
        gameId: name.game_id,
        slot: name.slot,
        baseVersion: body.head_version,
        cloud: head === null ? null : shownVersion(head),
        local: shownVersion(side),
      });
    }
    if (body.keep !== 'cloud') mustBeInStore(side);

    await settle(transaction, context, name, side.version, body.keep);
    const events: NewEvent[] = [];
    let copy: SlotName | null = null;
    const winner = { source: side, origin: 'resolve', deviceId: body.device_id } as const;
    if (body.keep === 'local') {
      await keepLosingHead(transaction, context, name, row);
      events.push(await bringBack(transaction, context, { ...winner, into: name, row }));
    }
    if (body.keep === 'both') {
      const free = await slotForCopy(transaction, userId, name, body.into_slot);
      copy = free.name;
      events.push(await bringBack(transaction, context, { ...winner, into: copy, row: free.row }));
    }
    if (caller.userId !== userId) {
      const { keep, side_version, head_version } = body;
      const details = { slot: name.slot, keep, side_version, head_version, into_slot: copy?.slot ?? null };
      await audit(transaction, now, { action: 'savegame.resolved', caller, userId, gameId: name.game_id, details });
    }
    const reply = await replyOf(transaction, context, name, copy);
    if (events.length > 0) await emit(transaction, now, events);
    else await raiseRevisions(transaction, [userId]);
    return reply;
  });
}

async function mustHaveSide(
  transaction: Transaction<Schema>,
  userId: string,
  name: SlotName,
  version: number,
): Promise<VersionRow> {
  const row = await mustHaveVersion(transaction, userId, name, version);
  if (row.side) return row;
  throw new LibraryError('NOT_FOUND', 'This version of the slot did not lose a conflict', { version });
}

/** The answer to a decision that was made before. */
async function repeated(
  transaction: Transaction<Schema>,
  context: ResolveContext,
  side: VersionRow,
  { keep, into_slot }: ResolveBody,
): Promise<ResolveReply> {
  const copy = side.settled_as === 'both' ? await copyOf(transaction, context.userId, side) : null;
  if (side.settled_as === keep && (into_slot === undefined || into_slot === copy?.slot)) {
    return replyOf(transaction, context, side, copy);
  }
  throw new LibraryError('CONFLICT', 'The conflict was decided before; any kept version can still be restored', {
    settled_as: side.settled_as,
    into_slot: copy?.slot ?? null,
  });
}

/** The slot that a side version got of its own; null: it is gone, or has moved on so far that nothing tells of it. */
async function copyOf(
  transaction: Transaction<Schema>,
  userId: string,
  { game_id, slot, version }: VersionRow,
): Promise<SlotName | null> {
  const copy = await transaction
    .selectFrom('savegame_versions')
    .select(['game_id', 'slot'])
    .where('user_id', '=', userId)
    .where('game_id', '=', game_id)
    .where('slot', '<>', slot)
    .where('origin', '=', 'resolve')
    .where('source_version', '=', version)
    .executeTakeFirst();
  return copy ?? null;
}

async function replyOf(
  transaction: Transaction<Schema>,
  { userId, rules }: ResolveContext,
  name: SlotName,
  copy: SlotName | null,
): Promise<ResolveReply> {
  return {
    slot: await mustShowSlot(transaction, userId, name, rules),
    other_slot: copy === null ? null : await mustShowSlot(transaction, userId, copy, rules),
  };
}
