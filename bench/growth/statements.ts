import { CATEGORY_ID } from '../reads/seed.ts';
import { userRevisions } from '../../lib/cache/user-revisions.ts';
import type { LibraryQuery } from '../../lib/contract/library.ts';
import type { Database } from '../../lib/db/database.ts';
import { searchCatalog } from '../../lib/library/catalog-search.ts';
import { exportStatement } from '../../lib/library/export.ts';
import { libraryItems } from '../../lib/library/library-items.ts';
import { listLibrary } from '../../lib/library/list-library.ts';
import { USER_TABLES } from '../../lib/library/user-tables.ts';

/** A read whose latency is measured; what it finds is checked, lest nothing is measured. */
export interface Measured {
  readonly name: string;
  readonly read: (database: Database, userId: string, gameId: string) => Promise<void>;
}

const PAGE: LibraryQuery = { sort: 'title', order: 'asc', limit: 50 };

function list(more: Partial<LibraryQuery>): Measured['read'] {
  return async (database, userId) => {
    const { items } = await listLibrary({ database, userId, now: Date.now() }, { ...PAGE, ...more });
    mustFind(items);
  };
}

export const MEASURED: readonly Measured[] = [
  { name: 'list', read: list({}) },
  { name: 'list, by playtime', read: list({ sort: 'playtime', order: 'desc' }) },
  { name: 'list, q', read: list({ q: 'orchard' }) },
  { name: 'list, category', read: list({ category_id: CATEGORY_ID }) },
  {
    name: 'item',
    read: async ({ executor }, userId, gameId) => mustFind(await libraryItems(executor, userId, [gameId], Date.now())),
  },
  { name: 'revision', read: async ({ executor }, userId) => mustFind([await userRevisions(executor)(userId)]) },
  {
    name: 'export, a batch',
    read: async ({ executor }, userId) => {
      for (const table of USER_TABLES) {
        if (table.table !== 'user_achievements' || table.exportAs === null) continue;
        mustFind((await executor.query(exportStatement(table, true), [userId])).rows);
      }
    },
  },
  {
    name: 'catalogue, q',
    read: async ({ executor }) => mustFind((await searchCatalog(executor, { q: '0001234', limit: 50 })).items),
  },
];

function mustFind(found: readonly unknown[]): void {
  if (found.length === 0) throw new Error('found nothing where something was seeded');
}
