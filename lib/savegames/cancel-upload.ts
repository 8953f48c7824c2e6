import { LibraryError } from '../errors.ts';
import { lockAccount, type SavesContext } from './account.ts';
import { giveUpUploads } from './give-up-uploads.ts';

/**
 * Gives up an upload of the user; its room is free at once.
 *
 * @throws LibraryError NOT_FOUND, also when it was confirmed
 */
export async function cancelUpload(context: SavesContext, uploadId: string): Promise<void> {
  await context.db.transaction().execute(async (transaction) => {
    await lockAccount(transaction, context.userId);
    const gone = await giveUpUploads(transaction, context, { uploadId: uploadId.toLowerCase() });
    if (gone === 0) throw new LibraryError('NOT_FOUND', 'There is no such upload');
  });
}
