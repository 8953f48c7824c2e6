import type { AchievementDefinition } from '../db/schema/catalog.ts';

/**
 * What can be achieved in the sample games: in every game the same six kinds, told in the words of its genre, so that
 * each rule can be tried on any of them: unlocked by a call, by values, by steps with a bound, by services only, hidden.
 */
interface GenreWords {
  /** What the player finishes, in the plural. */
  readonly parts: string;
  /** What is gathered in great numbers. */
  readonly things: string;
  readonly feat: readonly [title: string, description: string];
  readonly secret: readonly [title: string, description: string];
  readonly contest: string;
}

const WORDS: Readonly<Record<string, GenreWords>> = {
  Adventure: {
    parts: 'chapters',
    things: 'notes',
    feat: ['No map needed', 'Cross the old town without opening the map'],
    secret: ['It was there all along', 'Open the door behind the first door'],
    contest: 'weekly expeditions',
  },
  Strategy: {
    parts: 'campaigns',
    things: 'provinces',
    feat: ['Bloodless', 'Win a campaign without a battle'],
    secret: ['The third side', 'Lose to an ally on the last day'],
    contest: 'ranked matches',
  },
  Puzzle: {
    parts: 'rooms',
    things: 'pieces',
    feat: ['First thought', 'Solve a room with the first move'],
    secret: ['Not a puzzle', 'Read the sign upside down'],
    contest: 'daily puzzles',
  },
  Simulation: {
    parts: 'seasons',
    things: 'crates',
    feat: ['In the black', 'End a season without a loan'],
    secret: ['Night shift', 'Leave the lights on for a whole year'],
    contest: 'community fairs',
  },
  Shooter: {
    parts: 'missions',
    things: 'drones',
    feat: ['Steady hand', 'Finish a mission without reloading'],
    secret: ['Friendly', 'Wave at the last sentry'],
    contest: 'ranked matches',
  },
  Horror: {
    parts: 'nights',
    things: 'candles',
    feat: ['Lights out', 'Survive a night without a lamp'],
    secret: ['Behind you', 'Turn around when nobody calls'],
    contest: 'shared nights',
  },
  Racing: {
    parts: 'cups',
    things: 'kilometres',
    feat: ['Not a scratch', 'Win a race without touching anything'],
    secret: ['Wrong way', 'Finish a lap backwards'],
    contest: 'ranked races',
  },
  Survival: {
    parts: 'weeks',
    things: 'logs',
    feat: ['Travelling light', 'Live a week with an empty bag'],
    secret: ['Old friend', 'Share the last meal with the wolf'],
    contest: 'server events',
  },
  Stealth: {
    parts: 'contracts',
    things: 'keys',
    feat: ['Never here', 'Finish a contract unseen'],
    secret: ['Seen it coming', 'Steal the same thing twice'],
    contest: 'weekly contracts',
  },
  'Role-playing': {
    parts: 'quests',
    things: 'herbs',
    feat: ['Silver tongue', 'Talk a dragon out of it'],
    secret: ['The other hero', 'Let the innkeeper win'],
    contest: 'guild raids',
  },
  Platformer: {
    parts: 'worlds',
    things: 'feathers',
    feat: ['Never down', 'Finish a world without falling'],
    secret: ['Under the stage', 'Find out what is below the first level'],
    contest: 'time trials',
  },
  Fighting: {
    parts: 'ladders',
    things: 'rounds',
    feat: ['Flawless', 'Win a match without being hit'],
    secret: ['Good sport', 'Bow after a defeat'],
    contest: 'ranked bouts',
  },
  Rhythm: {
    parts: 'songs',
    things: 'beats',
    feat: ['Metronome', 'Hit every note of a song'],
    secret: ['Rest', 'Play the silent song to its end'],
    contest: 'weekly charts',
  },
};

/** @throws TypeError for a genre that has no words here */
export function sampleAchievements(title: string, genre: string): readonly AchievementDefinition[] {
  const words = WORDS[genre];
  if (words === undefined) throw new TypeError(`no sample achievements for ${genre}`);
  const { parts, things, feat, secret, contest } = words;
  return [
    { achievement_id: 'first_steps', title: 'First steps', description: `Begin ${title}`, hidden: false, target: 1 },
    { achievement_id: 'feat', title: feat[0], description: feat[1], hidden: false, target: 1 },
    { achievement_id: 'devoted', title: 'Devoted', description: `Finish 25 ${parts}`, hidden: false, target: 25 },
    {
      achievement_id: 'collector',
      title: 'Collector',
      description: `10,000 ${things}, all in all`,
      hidden: false,
      target: 10_000,
      progress: 'increment',
      max_change_per_minute: 120,
    },
    {
      achievement_id: 'champion',
      title: 'Champion',
      description: `Win 50 ${contest}`,
      hidden: false,
      target: 50,
      authority: 'server',
      progress: 'increment',
    },
    { achievement_id: 'secret', title: secret[0], description: secret[1], hidden: true, target: 1 },
    {
      achievement_id: 'persistent',
      title: 'Still here',
      description: `Finish 100 ${parts}, one after the other`,
      hidden: true,
      target: 100,
      max_change_per_minute: 2,
    },
  ];
}
