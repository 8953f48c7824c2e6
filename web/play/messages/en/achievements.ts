import type { Texts } from '../../../common/locale.ts';

export const achievements = {
  game: 'Game',
  achievements_of: 'Achievements of {game}',
  play_first: 'Games report achievements while they are played, and for ten minutes after: start the game first.',
  masked: 'Hidden achievement',
  masked_text: 'What it takes is shown when it is unlocked.',
  unlocked: 'unlocked',
  locked: 'locked',
  hidden: 'hidden',
  by_server: "reported by the game's server only",
  offline: 'reached offline',
  rarity: '{share} of owners have it',
  progress: '{progress} of {target}',
  unlock: 'Unlock',
  advance: { one: '{count} step on', other: '{count} steps on' },
  server_advances: { one: 'As the server: {count} step on', other: 'As the server: {count} steps on' },
  unchanged: 'Nothing changed: it is there already.',
  unlocks: 'Unlocked achievements',
  unlocked_now: 'Achievement unlocked in {game}',
} as const satisfies Texts;
