import { LibraryError } from '../errors.ts';
import { SaveStoreUnavailable } from '../ports/save-store.ts';

/**
 * What the store answers.
 *
 * @throws LibraryError UNAVAILABLE when it does not; whether it did what was asked is then unknown
 */
export async function storeAnswer<Answer>(asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof SaveStoreUnavailable)) throw error;
    const refusal = new LibraryError('UNAVAILABLE', 'The store of the saves cannot answer right now');
    refusal.cause = error;
    throw refusal;
  }
}
