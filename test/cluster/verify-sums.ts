/** The sums that PostgreSQL keeps, and those that the events add up to, are the sums of the sessions. */
import type { RoundHistory, StoredSession, StoredSum, Violation } from './round-history.ts';

export function verifySums(history: RoundHistory): Violation[] {
  const { sessions, daily, monthly, totals, told } = history.stored;
  return [
    ...differences(
      'total',
      sumBy(sessions, () => ''),
      totals,
    ),
    ...differences(
      'day',
      sumBy(sessions, (day) => day),
      daily,
    ),
    ...differences(
      'month',
      sumBy(sessions, (day) => `${day.slice(0, 7)}-01`),
      monthly,
    ),
    ...differences(
      'events',
      sumBy(sessions, () => ''),
      told.added,
    ),
    ...verifyEndings(sessions, told.ended),
  ];
}

/** Every end is told, once. */
function verifyEndings(sessions: readonly StoredSession[], told: readonly string[]): Violation[] {
  const times = new Map<string, number>();
  for (const sessionId of told) times.set(sessionId, (times.get(sessionId) ?? 0) + 1);
  return sessions.flatMap(({ sessionId, endedAt }): Violation[] => {
    const [want, have] = [endedAt === null ? 0 : 1, times.get(sessionId) ?? 0];
    if (want === have) return [];
    return [{ invariant: 'events differ', what: `the end of ${sessionId} was told ${have} times instead of ${want}` }];
  });
}

type Sums = Map<string, number>;

function sumBy(sessions: readonly StoredSession[], period: (day: string) => string): Sums {
  const sums: Sums = new Map();
  for (const { userId, gameId, msByDay } of sessions) {
    for (const [day, ms] of Object.entries(msByDay)) {
      const key = `${userId} ${gameId} ${period(day)}`;
      sums.set(key, (sums.get(key) ?? 0) + ms);
    }
  }
  return sums;
}

function differences(name: string, expected: Sums, stored: readonly StoredSum[]): Violation[] {
  const found = new Map(stored.map(({ userId, gameId, period, ms }) => [`${userId} ${gameId} ${period}`, ms]));
  return [...new Set([...expected.keys(), ...found.keys()])].flatMap((key): Violation[] => {
    const [want, have] = [expected.get(key) ?? 0, found.get(key) ?? 0];
    if (want === have) return [];
    return [
      { invariant: 'sums differ', what: `${name} of ${key}: the sessions are ${want} ms, the sum is ${have} ms` },
    ];
  });
}
