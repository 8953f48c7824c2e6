/** One line as an operator types it, in words. */
import { LibraryError } from '../lib/errors.ts';

const WORD = /\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))(?=\s|$)/y;

/**
 * Words are separated by spaces; one with spaces in it stands in quotes.
 *
 * @throws LibraryError VALIDATION_ERROR when a quote is not closed, or stands within a word
 */
export function wordsOf(line: string): readonly string[] {
  const words: string[] = [];
  const text = line.trim();
  WORD.lastIndex = 0;
  while (WORD.lastIndex < text.length) {
    const from = WORD.lastIndex;
    const match = WORD.exec(text);
    if (match === null)
      throw new LibraryError(
        'VALIDATION_ERROR',
        `the line cannot be read from character ${from + 1} on: is a quote left open?`,
      );
    words.push(match[1] ?? match[2] ?? match[3] ?? '');
  }
  return words;
}
