/**
 * Reads one at a time: who asks while something is being read gets an answer that is newer than the question, and all who
 * ask meanwhile share it.
 */
export function newest(read: () => Promise<void>): () => Promise<void> {
  let reading: Promise<void> | null = null;
  let again = false;
  async function follow(): Promise<void> {
    do {
      again = false;
      await read();
    } while (again);
  }
  return () => {
    again = reading !== null;
    reading ??= follow().finally(() => (reading = null));
    return reading;
  };
}
