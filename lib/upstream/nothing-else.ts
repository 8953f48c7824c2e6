import type { CatalogSource } from '../ports/catalog-source.ts';

/** Where no Catalog service is configured: there are no other games than those of the catalogue tables. */
export const nothingElse: CatalogSource = { find: () => Promise.resolve(null) };
