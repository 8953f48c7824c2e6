import type { Outlet } from './outgoing.ts';

/** The connection below. A WebSocket of `ws` is such. */
export interface Connection extends Outlet {
  ping(): void;
  /** Says why, then ends. */
  close(code: number, reason?: string): void;
  /** Ends at once. */
  terminate(): void;
}
