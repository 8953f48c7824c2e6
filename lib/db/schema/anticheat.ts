import type { Generated } from 'kysely';
import type { Json } from './json.ts';

export interface AnticheatTables {
  play_reviews: PlayReviews;
  play_findings: PlayFindings;
  play_devices: PlayDevices;
}

interface PlayReviews {
  user_id: string;
  due_at: Date;
}

interface PlayFindings {
  user_id: string;
  finding_id: string;
  rule: string;
  /** What it is about: a day, a week, a game. */
  subject: string;
  severity: 'low' | 'medium' | 'high';
  game_id: string | null;
  evidence: Json<Record<string, unknown>>;
  state: Generated<'open' | 'confirmed' | 'dismissed'>;
  found_at: Date;
  /** When it was last seen anew. */
  seen_at: Date;
  decided_at: Date | null;
  decided_by: string | null;
  reason: string | null;
}

interface PlayDevices {
  user_id: string;
  device_id: string;
  seen_at: Date;
}
