import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { chargeAccount, type SaveRules, type SavesContext } from './account.ts';
import { throwAway } from './garbage.ts';

/**
 * How long a signed PUT of an upload may be begun, ms. Not longer than the upload itself is there for: from its expiry
 * on, nothing can come any more.
 */
export function uploadUrlLifeMs({ urlSeconds, uploadTtlSeconds }: SaveRules): number {
  return Math.min(urlSeconds, uploadTtlSeconds) * 1000;
}

/**
 * Gives up one upload of the user, or all that were not confirmed in time: their room is free at once, their bytes go
 * when no URL can bring them back. Within a transaction that holds the account. Returns how many there were.
 */
export async function giveUpUploads(
  transaction: Transaction<Schema>,
  { userId, now, rules }: Pick<SavesContext, 'userId' | 'now' | 'rules'>,
  which: { readonly uploadId: string } | 'expired',
): Promise<number> {
  let gone = transaction.deleteFrom('savegame_uploads').where('user_id', '=', userId);
  gone =
    which === 'expired' ? gone.where('expires_at', '<=', new Date(now)) : gone.where('upload_id', '=', which.uploadId);
  const uploads = await gone.returning(['upload_id', 'parts_id', 'size_bytes']).execute();
  if (uploads.length === 0) return 0;
  await chargeAccount(transaction, userId, {
    reserved: -uploads.reduce((sum, { size_bytes }) => sum + size_bytes, 0),
  });
  await throwAway(
    transaction,
    uploads.map(({ upload_id, parts_id }) => ({ objectId: upload_id, partsId: parts_id })),
    { everyVersion: false, dueAt: now + uploadUrlLifeMs(rules) },
  );
  return uploads.length;
}
