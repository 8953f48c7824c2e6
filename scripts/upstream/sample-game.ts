import { SAMPLE_GAMES, type SampleGame } from '../../lib/library/sample-catalog.ts';
import type { Game } from '../../lib/grpc/generated/catalog/v1/Game.ts';

/** Games that Catalog knows and the sample catalogue of the library does not: they are fetched when they are granted. */
const LATE_GAMES: readonly SampleGame[] = ['Orbital Orchard', 'The Ninth Ferry'].map((title, at) => ({
  id: `00000000-0000-7000-8000-0000000b000${at + 1}`,
  title,
  developer: 'Tin Fox',
  publisher: 'Harbourlight',
  description: `${title}: an invented game that the library hears of when somebody gets it.`,
  genres: ['Adventure'],
  releasedOn: '2026-02-15',
  priceMinor: { EUR: 1499, USD: 1499, RUB: 119_920 },
  achievements: [{ achievement_id: 'begun', title: 'Begun', description: 'Begin', hidden: false, target: 1 }],
}));

const GAMES = new Map([...SAMPLE_GAMES, ...LATE_GAMES].map((game) => [game.id, game]));

/** What the sample of Catalog says of a game; null: there is no such game. */
export function sampleGame(gameId: string): Game | null {
  const game = GAMES.get(gameId.toLowerCase());
  if (game === undefined) return null;
  return {
    game_id: game.id,
    title: game.title,
    developer: game.developer,
    publisher: game.publisher,
    description: game.description,
    genres: [...game.genres],
    released_on: game.releasedOn,
    prices: Object.entries(game.priceMinor).map(([currency, amount_minor]) => ({ currency, amount_minor })),
    achievements: game.achievements.map(({ authority, progress, max_change_per_minute, ...rest }) => ({
      ...rest,
      ...(authority === undefined
        ? {}
        : { authority: authority === 'client' ? 'AUTHORITY_CLIENT' : 'AUTHORITY_SERVER' }),
      ...(progress === undefined
        ? {}
        : { progress: progress === 'max' ? 'PROGRESS_KIND_MAX' : 'PROGRESS_KIND_INCREMENT' }),
      ...(max_change_per_minute === undefined || max_change_per_minute === null ? {} : { max_change_per_minute }),
    })),
  };
}
