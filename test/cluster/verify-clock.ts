/** Nobody plays longer than time passes, and no time is credited twice. */
import { lengthOf, subtract, type Interval } from '../../lib/playtime/intervals.ts';
import { knownSessions, latestEffect, openedBy } from './known-sessions.ts';
import { ROUNDING_MS, type RoundHistory, type StoredSession, type Violation } from './round-history.ts';

export function verifyClock(history: RoundHistory): Violation[] {
  const { stored } = history;
  return [
    ...stored.sessions.flatMap(withinItsSpan),
    ...withinWhatWasSeen(history),
    ...byGame(stored.sessions).flatMap(disjoint),
    ...explained(history),
  ];
}

function withinItsSpan(row: StoredSession): Violation[] {
  const span = row.lastBeatAt - row.startedAt;
  const credit = Math.max(row.ms, row.ms + row.correctionMs);
  if (credit <= span && row.ms >= 0 && row.ms + row.correctionMs >= 0) return [];
  const what = `session ${row.sessionId}: ${row.ms} ms (corrected by ${row.correctionMs}) in ${span} ms`;
  return [{ invariant: 'credit beyond the clock', what }];
}

/** Per user and game: all credit, within the union of the times that launchers can have played. */
function withinWhatWasSeen(history: RoundHistory): Violation[] {
  const { deadlineMs } = history.rules;
  const seen = new Map<string, Interval[]>();
  const add = (user: string, game: string, interval: Interval): void => {
    const key = `${user} ${game}`;
    seen.set(key, [...(seen.get(key) ?? []), interval]);
  };
  for (const { user, game, device, starts, beats, row } of knownSessions(history)) {
    if (!row) continue;
    const start = openedBy({ user, game, device, row }, history);
    const end = Math.max(...[...starts, ...beats].map((exchange) => latestEffect(exchange, deadlineMs)));
    add(user, game, { start: start - ROUNDING_MS, end: end + ROUNDING_MS });
  }
  for (const exchange of history.exchanges) {
    if (exchange.op !== 'offline') continue;
    for (const { game_id, started_at, ended_at } of exchange.body.sessions) {
      add(exchange.user, game_id, { start: Date.parse(started_at), end: Date.parse(ended_at) });
    }
  }
  return byGame(history.stored.sessions).flatMap((rows) => {
    const [first] = rows;
    if (!first) return [];
    const credited = rows.reduce((sum, { ms }) => sum + ms, 0);
    const passed = unionLength(seen.get(`${first.userId} ${first.gameId}`) ?? []);
    if (credited <= passed) return [];
    const what = `user ${first.userId}, game ${first.gameId}: ${credited} ms credited, ${passed} ms passed`;
    return [{ invariant: 'credit beyond the clock', what }];
  });
}

function unionLength(intervals: readonly Interval[]): number {
  if (intervals.length === 0) return 0;
  const whole = {
    start: Math.min(...intervals.map(({ start }) => start)),
    end: Math.max(...intervals.map(({ end }) => end)),
  };
  return lengthOf([whole]) - lengthOf(subtract(whole, intervals));
}

function byGame(rows: readonly StoredSession[]): readonly StoredSession[][] {
  return [...Map.groupBy(rows, ({ userId, gameId }) => `${userId} ${gameId}`).values()];
}

/** The stored sessions of one user and game follow each other. */
function disjoint(rows: readonly StoredSession[]): Violation[] {
  const inOrder = rows.filter(({ ms }) => ms > 0).sort((a, b) => a.startedAt - b.startedAt);
  for (const [at, row] of inOrder.entries()) {
    const next = inOrder[at + 1];
    if (!next || next.startedAt >= row.lastBeatAt) continue;
    const show = (one: StoredSession): string =>
      `${one.offline ? 'offline' : 'online'} ${one.sessionId} ${one.startedAt}..${one.lastBeatAt} (${one.ms} ms)`;
    return [
      {
        invariant: row.offline || next.offline ? 'offline overlaps' : 'credit beyond the clock',
        what: `${show(row)} overlaps ${show(next)}`,
      },
    ];
  }
  return [];
}

/** Every session was opened by a start; one whose id no launcher learnt has earned nothing. */
function explained(history: RoundHistory): Violation[] {
  const known = new Set(knownSessions(history).map(({ id }) => id));
  return history.stored.sessions.flatMap((row): Violation[] => {
    if (row.offline) return [];
    const { userId: user, gameId: game, deviceId: device } = row;
    const opened = openedBy({ user, game, device, row }, history) < Infinity;
    if (opened && (known.has(row.sessionId) || row.ms === 0)) return [];
    return [{ invariant: 'session unexplained', what: `no start explains ${JSON.stringify(row)}` }];
  });
}
