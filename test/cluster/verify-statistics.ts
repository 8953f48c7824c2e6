/** What the service reports of sums: at any time all that was acknowledged before, in the end what PostgreSQL holds. */
import type { PlaytimeStats } from '../../lib/contract/playtime.ts';
import type { Exchange } from './exchange.ts';
import { goesBack, knownSessions } from './known-sessions.ts';
import { wholeSeconds, type RoundHistory, type StoredSession, type Violation } from './round-history.ts';

export function verifyStatistics(history: RoundHistory): Violation[] {
  return [...finalStatistics(history), ...statisticsDuringPlay(history), ...totalsInReplies(history)];
}

function finalStatistics({ stored, finalStats }: RoundHistory): Violation[] {
  const violations: Violation[] = [];
  const byUser = Map.groupBy(stored.sessions, ({ userId }) => userId);
  for (const [user, sessions] of byUser) {
    const stats = finalStats.get(user);
    const wrong = stats ? statisticsDiffer(sessions, stats) : 'no statistics were to be had after the round';
    if (wrong !== null) violations.push({ invariant: 'statistics wrong', what: `user ${user}: ${wrong}` });
  }
  return violations;
}

function statisticsDiffer(sessions: readonly StoredSession[], stats: PlaytimeStats): string | null {
  const games = new Map<string, number>();
  const days = new Map<string, number>();
  const months = new Map<string, number>();
  const add = (sums: Map<string, number>, key: string, ms: number) => sums.set(key, (sums.get(key) ?? 0) + ms);
  for (const { gameId, msByDay } of sessions) {
    for (const [day, ms] of Object.entries(msByDay)) {
      add(games, gameId, ms);
      add(days, day, ms);
      add(months, day.slice(0, 7), ms);
    }
  }
  const told: [string, number, number][] = [
    ['total', stats.total_seconds, [...games.values()].reduce((sum, ms) => sum + ms, 0)],
    ...[...games].map(([game, ms]): [string, number, number] => [
      `game ${game}`,
      stats.games.find(({ game_id }) => game_id === game)?.total_seconds ?? 0,
      ms,
    ]),
    ...stats.daily.map(({ date, seconds }): [string, number, number] => [date, seconds, days.get(date) ?? 0]),
    ...stats.monthly.map(({ month, seconds }): [string, number, number] => [month, seconds, months.get(month) ?? 0]),
  ];
  const wrong = told.find(([, seconds, ms]) => seconds !== wholeSeconds(ms));
  return wrong === undefined ? null : `${wrong[0]} is told as ${wrong[1]} s, PostgreSQL holds ${wrong[2]} ms`;
}

interface Acknowledged {
  readonly user: string;
  readonly game: string;
  /** The session, or the offline report. */
  readonly of: string;
  readonly at: number;
  readonly seconds: number;
}

/** Statistics include all that was acknowledged before they were asked for, and nothing that never came to be. */
function statisticsDuringPlay(history: RoundHistory): Violation[] {
  const corrected = new Set(history.exchanges.filter(({ op }) => op === 'correct').map(({ user }) => user));
  const acknowledged = Map.groupBy(acknowledgements(history), ({ user }) => user);
  const totals = new Map(history.stored.totals.map(({ userId, gameId, ms }) => [`${userId} ${gameId}`, ms]));
  return history.exchanges.flatMap((exchange): Violation[] => {
    if (exchange.op !== 'stats' || exchange.reply === null || corrected.has(exchange.user)) return [];
    const { user, calledAt, reply } = exchange;
    const before = (acknowledged.get(user) ?? []).filter(({ at }) => at < calledAt);
    for (const [game, acks] of Map.groupBy(before, (ack) => ack.game)) {
      const highest = new Map<string, number>();
      for (const { of, seconds } of acks) highest.set(of, Math.max(highest.get(of) ?? 0, seconds));
      const least = [...highest.values()].reduce((sum, seconds) => sum + seconds, 0);
      const told = reply.games.find(({ game_id }) => game_id === game)?.total_seconds ?? 0;
      if (told < least) {
        const what = `user ${user}, game ${game}, asked at ${calledAt}: told ${told} s, acknowledged were ${least} s`;
        return [{ invariant: 'statistics behind', what }];
      }
    }
    const beyond = reply.games.find(
      ({ game_id, total_seconds }) => total_seconds > wholeSeconds(totals.get(`${user} ${game_id}`) ?? 0),
    );
    if (!beyond) return [];
    const what = `user ${user}, game ${beyond.game_id}, asked at ${calledAt}: told ${beyond.total_seconds} s, more than there is in the end`;
    return [{ invariant: 'statistics wrong', what }];
  });
}

function acknowledgements(history: RoundHistory): readonly Acknowledged[] {
  const online = knownSessions(history).flatMap(({ id, user, game, starts, beats }) =>
    [...starts, ...beats].flatMap(({ reply, returnedAt }): Acknowledged[] =>
      reply === null ? [] : [{ user, game, of: id, at: returnedAt, seconds: reply.credited_seconds }],
    ),
  );
  const offline = history.exchanges.flatMap((exchange) =>
    exchange.op !== 'offline' || exchange.reply === null
      ? []
      : exchange.reply.results.map(({ device_id, client_session_id, credited_seconds }, at): Acknowledged => ({
          user: exchange.user,
          game: exchange.body.sessions[at]?.game_id ?? '',
          of: `${device_id} ${client_session_id}`,
          at: exchange.returnedAt,
          seconds: credited_seconds,
        })),
  );
  return [...online, ...offline];
}

/** The game's total in replies never goes back, and is never more than there is in the end. */
function totalsInReplies(history: RoundHistory): Violation[] {
  const corrected = new Set(history.exchanges.filter(({ op }) => op === 'correct').map(({ user }) => user));
  const final = new Map(history.stored.totals.map(({ userId, gameId, ms }) => [`${userId} ${gameId}`, ms]));
  const told = knownSessions(history).flatMap(({ user, game, starts, beats }) =>
    [...starts, ...beats].flatMap((exchange: Exchange & { reply: { game_total_seconds: number } | null }) =>
      exchange.reply === null || corrected.has(user)
        ? []
        : [{ ...timesOf(exchange), key: `${user} ${game}`, seconds: exchange.reply.game_total_seconds }],
    ),
  );
  const violations: Violation[] = [];
  for (const [key, answers] of Map.groupBy(told, (answer) => answer.key)) {
    const back = goesBack(answers, ({ seconds }) => seconds);
    if (back) {
      const what = `total of ${key}: ${back.before.seconds} s (at ${back.before.calledAt}), then ${back.after.seconds} s (at ${back.after.calledAt})`;
      violations.push({ invariant: 'reply went back', what });
    }
    const most = Math.max(...answers.map(({ seconds }) => seconds));
    const stored = final.get(key) ?? 0;
    if (most > wholeSeconds(stored)) {
      violations.push({
        invariant: 'statistics wrong',
        what: `total of ${key}: told ${most} s, in the end ${stored} ms`,
      });
    }
  }
  return violations;
}

const timesOf = ({ calledAt, returnedAt }: Exchange) => ({ calledAt, returnedAt });
