/** A session played offline is credited once, for no longer than it was, and told the same whenever it is reported. */
import type { OfflineResult } from '../../lib/contract/playtime.ts';
import { wholeSeconds, type RoundHistory, type Violation } from './round-history.ts';

interface Answer {
  readonly result: OfflineResult;
  readonly lengthMs: number;
}

export function verifyOffline({ exchanges, stored }: RoundHistory): Violation[] {
  const answers = new Map<string, Answer[]>();
  for (const exchange of exchanges) {
    if (exchange.op !== 'offline' || exchange.reply === null) continue;
    exchange.reply.results.forEach((result, at) => {
      const reported = exchange.body.sessions[at];
      const lengthMs = reported ? Date.parse(reported.ended_at) - Date.parse(reported.started_at) : 0;
      const key = `${exchange.user} ${result.device_id} ${result.client_session_id}`;
      answers.set(key, [...(answers.get(key) ?? []), { result, lengthMs }]);
    });
  }
  const reports = new Map(
    stored.reports.map((report) => [`${report.userId} ${report.deviceId} ${report.clientSessionId}`, report]),
  );
  const pieces = Map.groupBy(
    stored.sessions.filter(({ offline }) => offline),
    (row) => `${row.userId} ${row.deviceId} ${row.clientSessionId}`,
  );
  return [...new Set([...answers.keys(), ...pieces.keys()])].flatMap((key): Violation[] => {
    const ms = (pieces.get(key) ?? []).reduce((sum, row) => sum + row.ms, 0);
    const wrong = wrongWith(answers.get(key) ?? [], ms, reports.get(key)?.creditedMs ?? 0);
    return wrong === null ? [] : [{ invariant: 'offline counted twice', what: `report ${key}: ${wrong}` }];
  });
}

function wrongWith(answers: readonly Answer[], storedMs: number, reportedMs: number): string | null {
  if (storedMs !== reportedMs) return `its pieces are ${storedMs} ms, its report says ${reportedMs} ms`;
  const first = answers.filter(({ result }) => result.result === 'created' || result.result === 'trimmed');
  if (first.length > 1) return `it was credited ${first.length} times`;
  for (const { result, lengthMs } of answers) {
    if (result.result === 'rejected') return `it was rejected: ${result.reason}`;
    if (result.credited_seconds !== wholeSeconds(storedMs)) {
      return `it was told ${result.credited_seconds} s, PostgreSQL holds ${storedMs} ms`;
    }
    if (storedMs > lengthMs) return `${storedMs} ms were credited for ${lengthMs} ms`;
  }
  return null;
}
