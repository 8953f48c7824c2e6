export const SEVERITIES = ['low', 'medium', 'high'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Something about a user's play that a person should look at. */
export interface Finding {
  readonly rule: RuleName;
  readonly severity: Severity;
  /** What of the user's it is about: one finding a rule and subject, however often it is seen. */
  readonly subject: string;
  /** Null: it is about no single game. */
  readonly gameId: string | null;
  /** What was seen, for a person to judge by. */
  readonly evidence: Readonly<Record<string, string | number | readonly string[]>>;
}

/** Every rule, and in a sentence what it sees. */
export const RULES = {
  long_day: 'More than 20 hours were credited within one UTC day',
  parallel_games: 'Several games were played at once for hours, on several days of a week',
  offline_fills_gaps: 'Sessions reported as played offline fill the time between others exactly, again and again',
  never_idle: 'A week of long sessions without a pause in any of them',
  clockwork: 'Sessions of a week all last equally long, to the second',
  unlock_burst: 'Many achievements of one game were reached within a moment',
  unlock_without_play: 'Achievements were reported for a game that was hardly played',
  unlock_times_refused:
    'Achievements are said to be from times that cannot be, such as before the game was in the library',
  unlock_at_full_pace: 'An achievement was reached in less play than it takes at the highest pace allowed',
  progress_too_fast: 'Progress was reported faster than achievements allow, many times in a day',
  shared_device: 'One device is used by many users',
} as const;
export type RuleName = keyof typeof RULES;
export const RULE_NAMES = Object.keys(RULES) as [RuleName, ...RuleName[]];
