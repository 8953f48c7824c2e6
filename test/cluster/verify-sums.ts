/** The sums that PostgreSQL keeps are the sums of the sessions. */
import type { RoundHistory, StoredSession, StoredSum, Violation } from './round-history.ts';

export function verifySums(history: RoundHistory): Violation[] {
  const { sessions, daily, monthly, totals } = history.stored;
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
  ];
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
