import type { SqlExecutor } from '../db/database.ts';
import type { UserActor } from '../playtime/user-actor.ts';
import type { SaveStore } from '../ports/save-store.ts';
import type { SavesContext } from './account.ts';
import type { PlainTransfers } from './plain-transfers.ts';

/** What moving saves between devices and the store works with. */
export interface TransferContext extends SavesContext {
  /** Of the same database as `db`. */
  readonly executor: SqlExecutor;
  /** Of that executor; many share it. */
  readonly plain: PlainTransfers;
  readonly store: SaveStore;
  /** Knows what other devices are playing. */
  readonly actor: Pick<UserActor, 'held'>;
  /** Scheme and authority by which the caller reached the service: `http://localhost:8080`. */
  readonly origin: string;
}
