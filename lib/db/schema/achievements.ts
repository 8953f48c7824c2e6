import type { Generated } from 'kysely';
import type { Json } from './json.ts';

export interface AchievementTables {
  user_achievements: UserAchievements;
  user_achievement_progress: UserAchievementProgress;
  achievement_stats: AchievementStats;
  game_owner_stats: GameOwnerStats;
  achievement_audit_log: AchievementAuditLog;
}

interface UserAchievements {
  user_id: string;
  game_id: string;
  achievement_id: string;
  /** When it was reached; an offline unlock keeps the device's time. */
  unlocked_at: Date;
  /** When the service was told. */
  recorded_at: Date;
  /** Reached without a connection and reported later. */
  offline: boolean;
}

interface UserAchievementProgress {
  user_id: string;
  game_id: string;
  achievement_id: string;
  value: number;
  /** The rises of the last minute as second (since the Unix epoch) and amount, in turn; of bounded achievements only. */
  recent_rises: Generated<number[]>;
  updated_at: Date;
}

interface AchievementStats {
  game_id: string;
  achievement_id: string;
  slot: number;
  /** Those who have the achievement, and the game. */
  unlocked: number;
}

interface GameOwnerStats {
  game_id: string;
  slot: number;
  owners: number;
}

interface AchievementAuditLog {
  user_id: string;
  entry_id: string;
  occurred_at: Date;
  action: 'achievement.granted' | 'achievement.refused';
  /** Who asked: the `sub` of the token. */
  actor_id: string;
  actor_roles: string[];
  game_id: string;
  achievement_id: string;
  /** The code of the refusal; null for a grant. */
  reason: string | null;
  /** What was asked for. */
  details: Json<Record<string, unknown>>;
}
