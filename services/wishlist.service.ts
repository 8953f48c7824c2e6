/** What users wish for. */
import type { ServiceSchema } from 'moleculer';
import { endpointAction } from './action.ts';
import type { Request } from '../lib/contract/endpoint.ts';
import type * as contract from '../lib/contract/wishlist.ts';
import type { Database } from '../lib/db/database.ts';
import type { Clock } from '../lib/ports/clock.ts';
import { addWish, patchWish, removeWish } from '../lib/wishlist/change-wishes.ts';
import { reorderWishlist } from '../lib/wishlist/order.ts';
import { priceHistory } from '../lib/wishlist/price-history.ts';
import { wish, wishlistPage } from '../lib/wishlist/wishes.ts';

export interface WishlistDeps {
  readonly database: Pick<Database, 'db'>;
  readonly clock: Clock;
}

export function wishlistService({ database: { db }, clock }: WishlistDeps): ServiceSchema {
  const of = ({ userId }: Pick<Request, 'userId'>) => ({ db, userId, now: clock.now() });
  return {
    name: 'wishlist',
    actions: {
      list: endpointAction<typeof contract.listWishlist>(({ userId, query }) =>
        wishlistPage(db, userId, query, clock.now()),
      ),
      add: endpointAction<typeof contract.addWish>((request) => addWish(of(request), request.body)),
      reorder: endpointAction<typeof contract.reorderWishlist>((request) =>
        reorderWishlist(of(request), request.body, request.ifMatch),
      ),
      get: endpointAction<typeof contract.getWish>(({ userId, params }) =>
        wish(db, userId, params.game_id, clock.now()),
      ),
      patch: endpointAction<typeof contract.patchWish>((request) =>
        patchWish(of(request), request.params.game_id, request.body, request.ifMatch),
      ),
      remove: endpointAction<typeof contract.removeWish>(async (request) => {
        await removeWish(of(request), request.params.game_id, request.ifMatch);
        return undefined;
      }),
      priceHistory: endpointAction<typeof contract.priceHistory>(({ userId, params, query }) =>
        priceHistory(db, userId, params.game_id, query),
      ),
    },
  };
}
