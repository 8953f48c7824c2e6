import type { GameBody } from '../contract/admin.ts';

/** The platform's Catalog service: where a game comes from that the catalogue tables do not know yet. */
export interface CatalogSource {
  /**
   * The entry of a game; null when Catalog does not know it either.
   *
   * @param gameId a lower-case UUID
   * @param deadline ms since the Unix epoch; nobody waits for the answer past it
   * @throws LibraryError UNAVAILABLE when Catalog does not answer
   */
  find(gameId: string, deadline: number): Promise<GameBody | null>;
}
