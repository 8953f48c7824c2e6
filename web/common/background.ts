import { Refused } from './api.ts';

/**
 * Work that nobody waits for. Where the service refuses it or cannot be reached, what is shown stays as it was, and the next
 * news or the next look repairs it; any other failure is a fault of the page, and is reported as the browser reports those.
 */
export function inBackground(work: Promise<unknown>): void {
  work.catch((error: unknown) => {
    if (!(error instanceof Refused)) reportError(error);
  });
}
