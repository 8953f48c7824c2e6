import type { AchievementDefinition } from '../db/schema/catalog.ts';

/** A definition with everything that the catalogue may leave out filled in. */
export interface Achievement {
  readonly achievementId: string;
  readonly title: string;
  readonly description: string;
  readonly hidden: boolean;
  /** The progress that unlocks it; 1 for what is unlocked by a call. */
  readonly target: number;
  readonly authority: 'client' | 'server';
  readonly progress: 'max' | 'increment';
  /** By how much the progress may rise within any minute; null: no bound. */
  readonly maxChangePerMinute: number | null;
}

export function achievementOf(definition: AchievementDefinition): Achievement {
  return {
    achievementId: definition.achievement_id,
    title: definition.title,
    description: definition.description,
    hidden: definition.hidden,
    target: definition.target,
    authority: definition.authority ?? 'client',
    progress: definition.progress ?? 'max',
    maxChangePerMinute: definition.max_change_per_minute ?? null,
  };
}
