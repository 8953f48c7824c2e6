import Type from 'typebox';
import type { Static } from 'typebox';
import { closed, DeviceId, GameId, nullable, page, SessionId, timestamp, UserId } from './fields.ts';
import { choice, day, pagination, seconds, text } from './fields.ts';
import { END_REASONS } from '../ports/playtime-sink.ts';

const Sequence = Type.Integer({
  minimum: 1,
  maximum: 2 ** 31 - 1,
  description:
    'Rises with every heartbeat of the session; the first is 1. A repeat gets the stored reply, an older one is ignored',
  examples: [7],
});

const ClientSessionId = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[\\x21-\\x7e]+$',
  description: "The launcher's own id of the session: printable ASCII without spaces",
  examples: ['7f3c-42'],
});

const ActiveMs = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description:
    "Milliseconds the game was in the foreground since the session's start or last resume, by the launcher's count",
  examples: [412_000],
});

const SessionStatus = choice(['live', 'ended'], 'Whether the session still runs');
const EndReason = choice(
  END_REASONS,
  'Why the session ended; `reclaimed`: it played a borrowed copy that was promised to it no longer, for the owner plays',
);
const CreditedSeconds = seconds('Playtime credited to the session so far');
const GameTotalSeconds = seconds('Playtime of the game over all sessions, this one included');

const EndsAt = nullable(
  timestamp(
    'When the session ends at the latest: it plays a borrowed copy, and the owner has begun to play; null: never',
  ),
);

export const StartBody = closed(
  { game_id: GameId, device_id: DeviceId, client_session_id: Type.Optional(ClientSessionId) },
  { title: 'SessionStart' },
);
export type StartBody = Static<typeof StartBody>;

export const StartedSession = closed(
  {
    session_id: SessionId,
    status: choice(['live'], 'Always live'),
    resumed: Type.Boolean({ description: 'The running session of the same device and game goes on' }),
    superseded_session_id: nullable(SessionId),
    seq: Type.Integer({
      minimum: 0,
      description: 'The last sequence number applied; go on with the next',
      examples: [0],
    }),
    heartbeat_interval_seconds: Type.Integer({
      minimum: 1,
      description: 'Send a heartbeat this often',
      examples: [60],
    }),
    credited_seconds: CreditedSeconds,
    game_total_seconds: GameTotalSeconds,
    started_at: timestamp('When the session started'),
    ends_at: EndsAt,
  },
  { title: 'StartedSession' },
);
export type StartedSession = Static<typeof StartedSession>;

export const BeatBody = closed(
  { session_id: SessionId, seq: Sequence, active_ms: Type.Optional(ActiveMs) },
  { title: 'Heartbeat' },
);
export type BeatBody = Static<typeof BeatBody>;

const beatMembers = {
  session_id: SessionId,
  status: SessionStatus,
  outcome: choice(
    ['accepted', 'ignored'],
    '`ignored`: the sequence number is older than the last one; nothing changed',
  ),
  seq: Type.Integer({ minimum: 0, description: 'The last sequence number applied', examples: [7] }),
  credited_seconds: CreditedSeconds,
  game_total_seconds: GameTotalSeconds,
};

export const BeatReply = closed(
  {
    ...beatMembers,
    next_heartbeat_seconds: Type.Integer({
      minimum: 1,
      description: 'Send the next heartbeat after this time',
      examples: [60],
    }),
    ends_at: EndsAt,
  },
  { title: 'HeartbeatReply' },
);
export type BeatReply = Static<typeof BeatReply>;

export const EndReply = closed(
  {
    ...beatMembers,
    ended_at: nullable(timestamp('When the session ended; null while it is live')),
    end_reason: nullable(EndReason),
  },
  { title: 'EndReply' },
);
export type EndReply = Static<typeof EndReply>;

export const OfflineSession = closed(
  {
    client_session_id: ClientSessionId,
    game_id: GameId,
    device_id: DeviceId,
    started_at: timestamp('When play began, by the device'),
    ended_at: timestamp('When play ended, by the device'),
    active_seconds: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1, description: 'Time in the foreground', examples: [1260] }),
    ),
  },
  { title: 'OfflineSession' },
);
export type OfflineSession = Static<typeof OfflineSession>;

export const OfflineBody = closed(
  { sessions: Type.Array(OfflineSession, { minItems: 1, maxItems: 100 }) },
  { title: 'OfflineSessions' },
);
export type OfflineBody = Static<typeof OfflineBody>;

/** Why an offline session was refused. */
export const OFFLINE_REJECTIONS = [
  'game_not_in_library',
  'ends_before_start',
  'in_the_future',
  'too_old',
  'too_long',
] as const;

export const OfflineResult = closed(
  {
    client_session_id: ClientSessionId,
    device_id: DeviceId,
    result: choice(
      ['created', 'duplicate', 'trimmed', 'rejected'],
      '`trimmed`: a part, or all of it, overlapped what was credited already; `duplicate`: known, nothing changed',
    ),
    credited_seconds: CreditedSeconds,
    reason: Type.Optional(choice(OFFLINE_REJECTIONS, 'Why it was rejected')),
  },
  { title: 'OfflineResult' },
);
export type OfflineResult = Static<typeof OfflineResult>;

export const OfflineReply = closed({ results: Type.Array(OfflineResult) }, { title: 'OfflineReply' });
export type OfflineReply = Static<typeof OfflineReply>;

export const StatsQuery = closed({
  game_id: Type.Optional(GameId),
  days: Type.Integer({
    minimum: 1,
    maximum: 366,
    default: 14,
    description: 'Length of the daily series, today included',
    examples: [14],
  }),
  months: Type.Integer({
    minimum: 1,
    maximum: 120,
    default: 12,
    description: 'Length of the monthly series, this month included',
    examples: [12],
  }),
});
export type StatsQuery = Static<typeof StatsQuery>;

export const GamePlaytime = closed(
  {
    game_id: GameId,
    total_seconds: seconds('All playtime of the game'),
    recent_seconds: seconds('Playtime of the last 14 UTC days, today included'),
    last_played_at: nullable(timestamp('When the game was last played')),
    live: Type.Boolean({ description: 'The game is being played now' }),
  },
  { title: 'GamePlaytime' },
);
export type GamePlaytime = Static<typeof GamePlaytime>;

export const PlaytimeStats = closed(
  {
    total_seconds: seconds('All playtime, of the game asked for or of all games'),
    recent_seconds: seconds('Playtime of the last 14 UTC days, today included'),
    last_played_at: nullable(timestamp('When a game was last played')),
    games: Type.Array(GamePlaytime, { description: 'Most played first' }),
    daily: Type.Array(
      closed({ date: day('A UTC day'), seconds: seconds('Playtime of the day') }, { title: 'DailyPlaytime' }),
      {
        description: 'Oldest first, one entry a day, zeros included',
      },
    ),
    monthly: Type.Array(
      closed(
        {
          month: Type.String({ pattern: '^[0-9]{4}-[0-9]{2}$', description: 'A UTC month', examples: ['2026-03'] }),
          seconds: seconds('Playtime of the month'),
        },
        { title: 'MonthlyPlaytime' },
      ),
      { description: 'Oldest first, one entry a month, zeros included' },
    ),
  },
  { title: 'PlaytimeStats' },
);
export type PlaytimeStats = Static<typeof PlaytimeStats>;

export const PlaySession = closed(
  {
    session_id: SessionId,
    game_id: GameId,
    device_id: DeviceId,
    client_session_id: nullable(ClientSessionId),
    source: choice(['online', 'offline'], 'How the playtime was reported'),
    status: SessionStatus,
    started_at: timestamp('When the session started'),
    last_heartbeat_at: timestamp('The last heartbeat; the start when there was none'),
    ended_at: nullable(timestamp('When the session ended; null while it is live')),
    end_reason: nullable(EndReason),
    credited_seconds: CreditedSeconds,
    corrected: Type.Boolean({ description: 'The credit was corrected by hand' }),
  },
  { title: 'PlaySession' },
);
export type PlaySession = Static<typeof PlaySession>;

export const PlaySessionPage = page(PlaySession, 'PlaySessionPage');
export type PlaySessionPage = Static<typeof PlaySessionPage>;

export const SessionsQuery = closed({ game_id: Type.Optional(GameId), ...pagination });
export type SessionsQuery = Static<typeof SessionsQuery>;

export const CorrectBody = closed(
  {
    user_id: Type.Optional(UserId),
    credited_seconds: Type.Integer({
      minimum: 0,
      maximum: 2 ** 31 - 1,
      description: 'The credit the session shall have',
      examples: [600],
    }),
    reason: text('Why; kept in the audit log', 500, { minLength: 1, example: 'The game hung overnight' }),
  },
  { title: 'SessionCorrection' },
);
export type CorrectBody = Static<typeof CorrectBody>;

export const CorrectedSession = closed(
  {
    session_id: SessionId,
    user_id: UserId,
    previous_credited_seconds: seconds('The credit before'),
    credited_seconds: seconds('The credit now'),
    game_total_seconds: seconds('Playtime of the game over all sessions, after the correction'),
    corrected_at: timestamp('When'),
  },
  { title: 'CorrectedSession' },
);
export type CorrectedSession = Static<typeof CorrectedSession>;
