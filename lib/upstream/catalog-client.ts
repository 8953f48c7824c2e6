import type { Upstream } from './upstream.ts';
import { GameBody } from '../contract/admin.ts';
import { compileCheck } from '../contract/validation.ts';
import { LibraryError } from '../errors.ts';
import type { AchievementDefinition__Output as Definition } from '../grpc/generated/catalog/v1/AchievementDefinition.ts';
import type { Game__Output as Game } from '../grpc/generated/catalog/v1/Game.ts';
import type { Price__Output as Price } from '../grpc/generated/catalog/v1/Price.ts';
import { members, said, textOfTimestamp, wordOf } from '../grpc/messages.ts';
import type { catalogProto } from '../grpc/protos.ts';
import type { CatalogSource } from '../ports/catalog-source.ts';

export type CatalogStub = InstanceType<ReturnType<typeof catalogProto>['catalog']['v1']['CatalogService']>;

const check = compileCheck(GameBody);
const RETRY_MS = 60_000;

/** Asks Catalog itself; the catalogue tables are what it is remembered by. */
export function catalogClient(stub: CatalogStub, upstream: Upstream): CatalogSource {
  return {
    async find(gameId, deadline) {
      const game = await upstream.ask<Game>(
        (options, done) => stub.getGame({ game_id: gameId }, options, done),
        deadline,
      );
      return game === null ? null : entryOf(game);
    },
  };
}

/** @throws LibraryError UNAVAILABLE for an entry that the catalogue tables would not take: it may be put right */
function entryOf(game: Game): GameBody {
  const body = members({
    title: game.title,
    developer: said(game.developer),
    publisher: said(game.publisher),
    description: said(game.description),
    cover_url: said(game.cover_url),
    genres: game.genres,
    released_on: said(game.released_on),
    prices: game.prices.map(priceOf),
    achievements: game.achievements.map(definitionOf),
  });
  const errors = check(body);
  if (errors === null) return body as GameBody;
  const [first] = errors;
  const cause = new TypeError(`Catalog's entry of ${game.game_id}: ${first?.field} ${first?.message}`);
  const error = new LibraryError('UNAVAILABLE', "The Catalog service's entry of the game is not usable", {
    retryAfterMs: RETRY_MS,
  });
  error.cause = cause;
  throw error;
}

function priceOf({ currency, amount_minor, regular_minor, sale_ends_at }: Price): object {
  return members({ currency, amount_minor, regular_minor, sale_ends_at: textOfTimestamp(sale_ends_at) });
}

function definitionOf(definition: Definition): object {
  const { achievement_id, title, description, hidden, target, max_change_per_minute } = definition;
  return members({
    achievement_id,
    title,
    description,
    hidden,
    target,
    max_change_per_minute,
    authority: wordOf('AUTHORITY', definition.authority),
    progress: wordOf('PROGRESS_KIND', definition.progress),
  });
}
