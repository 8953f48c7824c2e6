/** Sixty invented games for trying the product out. Their ids never change. */
import type { AchievementDefinition } from '../db/schema/catalog.ts';
import { sampleAchievements } from './sample-achievements.ts';

export interface SampleGame {
  readonly id: string;
  readonly title: string;
  readonly developer: string;
  readonly publisher: string;
  readonly description: string;
  readonly genres: readonly string[];
  readonly releasedOn: string;
  readonly priceMinor: Readonly<Record<'EUR' | 'USD' | 'RUB', number>>;
  readonly achievements: readonly AchievementDefinition[];
}

const TITLES: readonly (readonly [title: string, genre: string])[] = [
  ['Lanterns of Oru', 'Adventure'],
  ['Salt & Sextant', 'Strategy'],
  ['The Quiet Reactor', 'Puzzle'],
  ['Foxglove Hollow', 'Simulation'],
  ['Iron Meridian', 'Shooter'],
  ['Paper Kingdoms', 'Strategy'],
  ['Nine Doors Down', 'Horror'],
  ['Starling Express', 'Racing'],
  ['Tidewrack', 'Survival'],
  ['Clockwork Orchard', 'Simulation'],
  ['Vesper Protocol', 'Stealth'],
  ['Bramble & Bone', 'Role-playing'],
  ['Low Orbit Locksmith', 'Puzzle'],
  ['Emberline', 'Platformer'],
  ['The Cartographer’s Debt', 'Adventure'],
  ['Glasshouse Gladiators', 'Fighting'],
  ['Moth to a Monolith', 'Horror'],
  ['Riverside Rally 86', 'Racing'],
  ['Choir of Engines', 'Rhythm'],
  ['Undermarket', 'Role-playing'],
  ['Saffron Skies', 'Simulation'],
  ['Knight of Small Hours', 'Platformer'],
  ['Permafrost Station', 'Survival'],
  ['Two Moons Tavern', 'Simulation'],
  ['Halcyon Breakers', 'Shooter'],
  ['Ink and Anchor', 'Adventure'],
  ['Copper Constellation', 'Strategy'],
  ['Backyard Colossus', 'Platformer'],
  ['The Last Lamplighter', 'Role-playing'],
  ['Zero Tide', 'Stealth'],
  ['Mosswood Detectives', 'Puzzle'],
  ['Thunderhead Circuit', 'Racing'],
  ['Grainfield Requiem', 'Horror'],
  ['Pocket Parliament', 'Strategy'],
  ['Violet Undertow', 'Adventure'],
  ['Skylark Salvage', 'Survival'],
  ['Drumline Dynasty', 'Rhythm'],
  ['A Bakery in Exile', 'Simulation'],
  ['Sablewing', 'Fighting'],
  ['Threads of Amaranth', 'Role-playing'],
  ['Subway Cosmonauts', 'Platformer'],
  ['Hush, Leviathan', 'Horror'],
  ['Granite Gambit', 'Strategy'],
  ['Lemon Tree Speedway', 'Racing'],
  ['The Borrowed Moon', 'Adventure'],
  ['Wireframe Ronin', 'Stealth'],
  ['Harbour of Hours', 'Puzzle'],
  ['Nightjar Squadron', 'Shooter'],
  ['Cinder Ballet', 'Rhythm'],
  ['Outpost Marigold', 'Survival'],
  ['Kites over Karst', 'Platformer'],
  ['Ferrous and Feathers', 'Fighting'],
  ['The Museum After Dark', 'Stealth'],
  ['Rooftop Apiary', 'Simulation'],
  ['Wandering Keep', 'Role-playing'],
  ['Eleventh Hour Heist', 'Puzzle'],
  ['Ashen Regatta', 'Racing'],
  ['Midwinter Accord', 'Strategy'],
  ['Hollow Star Diner', 'Adventure'],
  ['Signal from Saltmarsh', 'Horror'],
];

const STUDIOS = ['Paper Boat Studio', 'North Quay Games', 'Tin Fox', 'Ninth Gate Works', 'Soft Anvil', 'Blue Ferret'];
const PUBLISHERS = ['Harbourlight', 'Meridian Interactive', 'Kestrel & Co'];

/** The id of the sample game with this number, 1 to 60. */
function sampleGameId(number: number): string {
  return `00000000-0000-7000-8000-0000000a${String(number).padStart(4, '0')}`;
}

export const SAMPLE_GAMES: readonly SampleGame[] = TITLES.map(([title, genre], at) => {
  const price = 499 + (at % 7) * 500;
  return {
    id: sampleGameId(at + 1),
    title,
    developer: STUDIOS[at % STUDIOS.length] ?? '',
    publisher: PUBLISHERS[at % PUBLISHERS.length] ?? '',
    description: `${title}: an invented ${genre.toLowerCase()} game of the sample catalogue.`,
    genres: at % 3 === 0 ? [genre, 'Indie'] : [genre],
    releasedOn: `${2015 + (at % 11)}-${String(1 + (at % 12)).padStart(2, '0')}-15`,
    priceMinor: { EUR: price, USD: price, RUB: price * 80 },
    achievements: sampleAchievements(title, genre),
  };
});

export const SAMPLE_GAME_IDS: readonly string[] = SAMPLE_GAMES.map(({ id }) => id);

/** The game that examples use; the demo user owns it. */
export const GREETING_GAME_ID = sampleGameId(1);
