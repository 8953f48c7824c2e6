/** A small history in which everything is right, for tests that forge one thing in it. */
import type { BeatExchange, Exchange, OfflineExchange, StartExchange, StatsExchange } from './exchange.ts';
import type { RoundHistory, StoredPlaytime, StoredSession } from './round-history.ts';
import type { BeatReply, EndReply, PlaytimeStats } from '../../lib/contract/playtime.ts';

export const USER = 'user-1';
export const GAME = 'game-1';
export const DEVICE = 'device-1';
export const SESSION = 'session-1';
/** When the session starts, ms since the Unix epoch. */
export const T = Date.UTC(2026, 2, 15, 12);
const DAY = '2026-03-15';
const MONTH = '2026-03-01';
/** Played offline before. */
const OFFLINE_S = 5;

/** Every request takes 20 ms, and takes effect in the middle of it. */
const at = (calledAt: number) => ({
  user: USER,
  calledAt,
  returnedAt: calledAt + 20,
  attempts: 1,
  failure: null,
});
const iso = (moment: number): string => new Date(moment).toISOString();

export function start(calledAt: number, change: Partial<StartExchange> = {}): StartExchange {
  const reply = {
    session_id: SESSION,
    status: 'live' as const,
    resumed: false,
    superseded_session_id: null,
    seq: 0,
    heartbeat_interval_seconds: 1,
    credited_seconds: 0,
    game_total_seconds: OFFLINE_S,
    started_at: iso(calledAt + 10),
    ends_at: null,
  };
  return { ...at(calledAt), op: 'start', body: { game_id: GAME, device_id: DEVICE }, reply, ...change };
}

export function beat(calledAt: number, seq: number, seconds: number, change: Partial<BeatReply> = {}): BeatExchange {
  const reply: BeatReply = {
    session_id: SESSION,
    status: 'live',
    outcome: 'accepted',
    seq,
    credited_seconds: seconds,
    game_total_seconds: seconds + OFFLINE_S,
    next_heartbeat_seconds: 1,
    ends_at: null,
    ...change,
  };
  return { ...at(calledAt), op: 'heartbeat', body: { session_id: SESSION, seq }, reply };
}

export function end(calledAt: number, seq: number, seconds: number): BeatExchange {
  const reply: EndReply = {
    session_id: SESSION,
    status: 'ended',
    outcome: 'accepted',
    seq,
    credited_seconds: seconds,
    game_total_seconds: seconds + OFFLINE_S,
    ended_at: iso(calledAt + 10),
    end_reason: 'ended',
  };
  return { ...at(calledAt), op: 'end', body: { session_id: SESSION, seq }, reply };
}

export function stats(calledAt: number, total: number): StatsExchange {
  return { ...at(calledAt), op: 'stats', reply: statistics(total) };
}

export function statistics(total: number): PlaytimeStats {
  const last_played_at = iso(T + 9_010);
  return {
    total_seconds: total,
    recent_seconds: total,
    last_played_at,
    games: [{ game_id: GAME, total_seconds: total, recent_seconds: total, last_played_at, live: false }],
    daily: [{ date: DAY, seconds: total }],
    monthly: [{ month: MONTH.slice(0, 7), seconds: total }],
  };
}

/** Five seconds, an hour before. */
export function offline(calledAt: number, result: 'created' | 'duplicate'): OfflineExchange {
  const [played, until] = [T - 3_600_000, T - 3_595_000];
  const client_session_id = 'offline-1';
  const reported = { client_session_id, game_id: GAME, device_id: DEVICE };
  return {
    ...at(calledAt),
    op: 'offline',
    body: { sessions: [{ ...reported, started_at: iso(played), ended_at: iso(until) }] },
    reply: { results: [{ client_session_id, device_id: DEVICE, result, credited_seconds: OFFLINE_S }] },
  };
}

/** A request that got no answer. */
export function unanswered<E extends Exchange>(exchange: E): E {
  return { ...exchange, reply: null, failure: { status: 503, code: 'UNAVAILABLE', detail: 'not now' } };
}

export function refused<E extends Exchange>(exchange: E, status: number, code: string): E {
  return { ...exchange, reply: null, failure: { status, code, detail: 'no' } };
}

export const PLAYED: StoredSession = {
  userId: USER,
  sessionId: SESSION,
  gameId: GAME,
  deviceId: DEVICE,
  clientSessionId: null,
  startedAt: T + 10,
  lastBeatAt: T + 9_010,
  seq: 3,
  endedAt: T + 9_010,
  endReason: 'ended',
  offline: false,
  ms: 9_000,
  correctionMs: 0,
  msByDay: { [DAY]: 9_000 },
};

const PLAYED_OFFLINE: StoredSession = {
  userId: USER,
  sessionId: 'session-0',
  gameId: GAME,
  deviceId: DEVICE,
  clientSessionId: 'offline-1',
  startedAt: T - 3_600_000,
  lastBeatAt: T - 3_595_000,
  seq: 0,
  endedAt: T - 3_595_000,
  endReason: 'ended',
  offline: true,
  ms: 5_000,
  correctionMs: 0,
  msByDay: { [DAY]: 5_000 },
};

/** What PostgreSQL holds when its sums are those of the sessions. */
export function storedWith(sessions: readonly StoredSession[]): StoredPlaytime {
  const ms = sessions.reduce((sum, row) => sum + row.ms + row.correctionMs, 0);
  const sum = (period: string) => ({ userId: USER, gameId: GAME, period, ms });
  return {
    sessions,
    daily: [sum(DAY)],
    monthly: [sum(MONTH)],
    totals: [sum('')],
    told: { added: [sum('')], ended: sessions.map(({ sessionId }) => sessionId) },
    reports: [{ userId: USER, deviceId: DEVICE, clientSessionId: 'offline-1', creditedMs: 5_000 }],
  };
}

/** Three beats, each three seconds after the last; the third is the end. */
export const PLAY: readonly Exchange[] = [
  offline(T - 100, 'created'),
  start(T),
  beat(T + 3_000, 1, 3),
  beat(T + 6_000, 2, 6),
  stats(T + 7_000, 11),
  end(T + 9_000, 3, 9),
];

export function forged(change: Partial<RoundHistory> = {}): RoundHistory {
  const stored = change.stored ?? storedWith([PLAYED_OFFLINE, PLAYED]);
  const ms = stored.sessions.reduce((sum, row) => sum + row.ms + row.correctionMs, 0);
  return {
    rules: { maxGapMs: 10_000, sessionTimeoutMs: 15_000, deadlineMs: 4_000 },
    exchanges: PLAY,
    stored,
    finalStats: new Map([[USER, statistics(Math.floor(ms / 1_000))]]),
    epochs: [],
    leftovers: [],
    crashes: [],
    ...change,
  };
}

/** The history with another row of the session in PostgreSQL; the sums follow. */
export function withRow(change: Partial<StoredSession>): Partial<RoundHistory> {
  const row = { ...PLAYED, ...change };
  return { stored: storedWith([PLAYED_OFFLINE, { ...row, msByDay: { [DAY]: row.ms + row.correctionMs } }]) };
}

/** The history with further sessions in PostgreSQL; the sums follow. */
export function withRows(...rows: readonly Partial<StoredSession>[]): Partial<RoundHistory> {
  const further = rows.map((row) => ({ ...PLAYED, ...row, msByDay: { [DAY]: row.ms ?? PLAYED.ms } }));
  return { stored: storedWith([PLAYED_OFFLINE, PLAYED, ...further]) };
}
