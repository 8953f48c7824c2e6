/** The user's categories: games put together by hand, or by a saved filter. */
import type { ServiceSchema } from 'moleculer';
import { endpointAction } from './action.ts';
import type * as contract from '../lib/contract/categories.ts';
import type { Request } from '../lib/contract/endpoint.ts';
import type { Database } from '../lib/db/database.ts';
import { createCategory, listCategories, patchCategory, removeCategory } from '../lib/library/categories.ts';
import type { Clock } from '../lib/ports/clock.ts';

export interface CategoriesDeps {
  readonly database: Pick<Database, 'db' | 'executor'>;
  readonly clock: Clock;
}

export function categoriesService({ database, clock }: CategoriesDeps): ServiceSchema {
  const of = ({ userId }: Pick<Request, 'userId'>) => ({ database, userId, now: clock.now() });
  return {
    name: 'categories',
    actions: {
      list: endpointAction<typeof contract.listCategories>((request) => listCategories(of(request))),
      create: endpointAction<typeof contract.createCategory>((request) => createCategory(of(request), request.body)),
      patch: endpointAction<typeof contract.patchCategory>((request) =>
        patchCategory(of(request), request.params.category_id, request.body, request.ifMatch),
      ),
      remove: endpointAction<typeof contract.deleteCategory>(async (request) => {
        await removeCategory(of(request), request.params.category_id);
        return undefined;
      }),
    },
  };
}
