import type { Endpoint } from './endpoint.ts';
import { closed, SessionId } from './fields.ts';
import {
  StartBody,
  StartedSession,
  BeatBody,
  BeatReply,
  EndReply,
  OfflineBody,
  OfflineReply,
  StatsQuery,
  PlaytimeStats,
  PlaySessionPage,
  SessionsQuery,
  CorrectBody,
  CorrectedSession,
} from './playtime.ts';

const tag = 'Playtime';
const own = { user: 'own', admin: 'own' } as const;

export const startSession = {
  id: 'startSession',
  method: 'POST',
  path: '/playtime/start',
  tag,
  summary: 'Start or resume a play session',
  description:
    'The user must have access to the game. The same device and game again resumes the running session; another device ' +
    'takes it over and the old session ends, reason `superseded`. At most 4 different games are live at once. ' +
    'A borrowed game is played by one at a time: `COPY_IN_USE` says until when its copies are taken. The owner is never refused.',
  access: own,
  body: StartBody,
  status: 200,
  response: StartedSession,
  errors: ['GAME_NOT_IN_LIBRARY', 'COPY_IN_USE', 'TOO_MANY_LIVE_SESSIONS', 'RATE_LIMITED'],
  action: 'playtime.start',
} as const satisfies Endpoint;

export const heartbeat = {
  id: 'heartbeat',
  method: 'POST',
  path: '/playtime/heartbeat',
  tag,
  summary: 'Report that the game is still being played',
  description:
    "Credits the time the engine's clock saw pass since the last heartbeat, at most `active_ms` if it is sent, and nothing " +
    'beyond the longest gap that counts. The reply leaves only after the credit is durable.',
  access: own,
  body: BeatBody,
  status: 200,
  response: BeatReply,
  errors: ['INVALID_SESSION_OPERATION', 'NOT_FOUND'],
  action: 'playtime.heartbeat',
} as const satisfies Endpoint;

export const endSession = {
  id: 'endSession',
  method: 'POST',
  path: '/playtime/end',
  tag,
  summary: 'End a play session',
  description: 'Credits like a heartbeat, then ends the session. A repeat gets the stored reply.',
  access: own,
  body: BeatBody,
  status: 200,
  response: EndReply,
  errors: ['INVALID_SESSION_OPERATION', 'NOT_FOUND'],
  action: 'playtime.end',
} as const satisfies Endpoint;

export const reportOffline = {
  id: 'reportOfflineSessions',
  method: 'POST',
  path: '/playtime/offline',
  tag,
  summary: 'Report sessions played offline',
  description:
    'Idempotent by `(device_id, client_session_id)`. Never credits more than the wall clock: what overlaps credited time ' +
    'is trimmed. Each session is answered on its own, in the order sent.',
  access: own,
  body: OfflineBody,
  status: 200,
  response: OfflineReply,
  errors: [],
  action: 'playtime.offline',
} as const satisfies Endpoint;

export const playtimeStats = {
  id: 'getPlaytimeStats',
  method: 'GET',
  path: '/playtime/stats',
  tag,
  summary: 'Totals, daily and monthly playtime',
  description: 'Always includes every acknowledged heartbeat.',
  access: own,
  query: StatsQuery,
  status: 200,
  response: PlaytimeStats,
  errors: [],
  action: 'playtime.stats',
} as const satisfies Endpoint;

export const listSessions = {
  id: 'listSessions',
  method: 'GET',
  path: '/playtime/sessions',
  tag,
  summary: 'History of play sessions, latest first',
  access: own,
  query: SessionsQuery,
  status: 200,
  response: PlaySessionPage,
  errors: [],
  action: 'playtime.sessions',
} as const satisfies Endpoint;

export const liveSessions = {
  id: 'listLiveSessions',
  method: 'GET',
  path: '/playtime/live',
  tag,
  summary: 'Sessions running now',
  access: own,
  status: 200,
  response: PlaySessionPage,
  errors: [],
  action: 'playtime.live',
} as const satisfies Endpoint;

export const correctSession = {
  id: 'correctSession',
  method: 'POST',
  path: '/playtime/sessions/{session_id}/correct',
  tag,
  summary: "Correct an ended session's credit",
  description:
    'The owner may only lower it. Support and admin name the owner in `user_id` and may also raise it, up to the length of ' +
    'the session. Every correction is audited.',
  access: { user: 'own', support: 'any', admin: 'any' },
  params: closed({ session_id: SessionId }),
  body: CorrectBody,
  status: 200,
  response: CorrectedSession,
  errors: ['INVALID_SESSION_OPERATION', 'NOT_FOUND'],
  action: 'playtime.correct',
} as const satisfies Endpoint;
