import type { Generated } from 'kysely';
import type { EndReason } from '../../ports/playtime-sink.ts';

export interface PlaytimeTables {
  playtime_sessions: PlaytimeSessions;
  playtime_stats_daily: PlaytimeStatsDaily;
  playtime_stats_monthly: PlaytimeStatsMonthly;
  playtime_totals: PlaytimeTotals;
  playtime_offline_sessions: PlaytimeOfflineSessions;
}

interface PlaytimeSessions {
  user_id: string;
  session_id: string;
  started_at: Date;
  game_id: string;
  device_id: string;
  client_session_id: string | null;
  last_beat_at: Date;
  seq: number;
  ended_at: Date | null;
  end_reason: EndReason | null;
  offline: Generated<boolean>;
  rev: number;
  /** The UTC day of `ms_by_day[1]`. */
  first_day: string;
  /** Credit of each consecutive day, as earned. */
  ms_by_day: number[];
  /** The two columns above as they were before the row's last change: what its RETURNING derives deltas from. */
  prev_first_day: string | null;
  prev_ms_by_day: Generated<number[]>;
  /** Sum of `ms_by_day`. */
  ms: number;
  /** What corrections by hand added or took, in all and by day; the credit is `ms + correction_ms`. */
  correction_ms: Generated<number>;
  correction_first_day: string | null;
  correction_ms_by_day: Generated<number[]>;
}

interface PlaytimeStatsDaily {
  user_id: string;
  day: string;
  game_id: string;
  ms: number;
}

interface PlaytimeStatsMonthly {
  user_id: string;
  /** The month's first day. */
  month: string;
  game_id: string;
  ms: number;
}

interface PlaytimeTotals {
  user_id: string;
  game_id: string;
  ms: number;
  last_played_at: Date;
}

interface PlaytimeOfflineSessions {
  user_id: string;
  device_id: string;
  client_session_id: string;
  game_id: string;
  credited_ms: number;
  reported_at: Date;
}
