import type { Outlet } from './outgoing.ts';

/** The connection below a session: a WebSocket. */
export interface Connection extends Outlet {
  ping(): void;
  /** Says why, then ends. */
  close(code: number, reason?: string): void;
  /** Ends at once. */
  terminate(): void;
}
