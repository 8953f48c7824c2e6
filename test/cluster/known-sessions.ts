/** A round's exchanges, put in order by the session they are about. */
import { isUnknown, type BeatExchange, type CorrectExchange, type Exchange, type StartExchange } from './exchange.ts';
import { ROUNDING_MS, type RoundHistory, type StoredSession } from './round-history.ts';

/** A session that a launcher learnt the id of. */
export interface KnownSession {
  readonly id: string;
  readonly user: string;
  readonly game: string;
  readonly device: string;
  /** The starts that were answered with this session, in the order of their calls. */
  readonly starts: readonly StartExchange[];
  readonly beats: readonly BeatExchange[];
  readonly corrections: readonly CorrectExchange[];
  /** Its row in PostgreSQL; undefined is a violation of its own. */
  readonly row: StoredSession | undefined;
}

/** What a reply told of the session. */
export interface Told {
  readonly calledAt: number;
  readonly returnedAt: number;
  readonly seq: number;
  readonly creditedSeconds: number;
}

export function knownSessions({ exchanges, stored }: RoundHistory): readonly KnownSession[] {
  const rows = new Map(stored.sessions.map((row) => [row.sessionId, row]));
  type Growing = KnownSession & { starts: StartExchange[]; beats: BeatExchange[]; corrections: CorrectExchange[] };
  const known = new Map<string, Growing>();
  for (const exchange of exchanges) {
    if (exchange.op !== 'start' || exchange.reply === null) continue;
    const id = exchange.reply.session_id;
    const { user, body } = exchange;
    const session: Growing = known.get(id) ?? {
      id,
      user,
      game: body.game_id,
      device: body.device_id,
      starts: [],
      beats: [],
      corrections: [],
      row: rows.get(id),
    };
    session.starts.push(exchange);
    known.set(id, session);
  }
  for (const exchange of exchanges) {
    if (exchange.op === 'heartbeat' || exchange.op === 'end') {
      known.get(exchange.body.session_id)?.beats.push(exchange);
    } else if (exchange.op === 'correct') {
      known.get(exchange.session)?.corrections.push(exchange);
    }
  }
  for (const session of known.values()) {
    session.starts.sort((a, b) => a.calledAt - b.calledAt);
    session.beats.sort((a, b) => a.calledAt - b.calledAt);
  }
  return [...known.values()];
}

/** What all successful answers told of the session. */
export function toldOf({ starts, beats }: KnownSession): readonly Told[] {
  return [...starts, ...beats].flatMap(({ calledAt, returnedAt, reply }) =>
    reply === null ? [] : [{ calledAt, returnedAt, seq: reply.seq, creditedSeconds: reply.credited_seconds }],
  );
}

/** The last moment at which the service can still have carried the exchange out. */
export function latestEffect(exchange: Exchange, deadlineMs: number): number {
  return isUnknown(exchange) ? exchange.returnedAt + deadlineMs : exchange.returnedAt;
}

/**
 * The call of the start that opened the session: its first known one, or one whose answer was lost. Infinity when there
 * is none that can have.
 */
export function openedBy({ row, ...known }: OpenedSession, { exchanges, rules }: RoundHistory): number {
  const candidates = exchanges.filter(
    (exchange): exchange is StartExchange =>
      exchange.op === 'start' &&
      exchange.user === known.user &&
      exchange.body.game_id === known.game &&
      exchange.body.device_id === known.device &&
      exchange.calledAt - ROUNDING_MS <= row.startedAt &&
      row.startedAt <= latestEffect(exchange, rules.deadlineMs) + ROUNDING_MS,
  );
  return Math.min(...candidates.map(({ calledAt }) => calledAt));
}

interface OpenedSession {
  readonly user: string;
  readonly game: string;
  readonly device: string;
  readonly row: StoredSession;
}

/**
 * Finds the answer that goes back behind one that was there before it was asked for; null when there is none.
 * Answers that overlap in time may come in any order.
 */
export function goesBack<T extends { readonly calledAt: number; readonly returnedAt: number }>(
  answers: readonly T[],
  value: (answer: T) => number,
): { readonly before: T; readonly after: T } | null {
  const byReturn = answers.toSorted((a, b) => a.returnedAt - b.returnedAt);
  let next = 0;
  let highest: T | null = null;
  for (const after of answers.toSorted((a, b) => a.calledAt - b.calledAt)) {
    for (let before = byReturn[next]; before && before.returnedAt < after.calledAt; before = byReturn[next]) {
      if (highest === null || value(before) > value(highest)) highest = before;
      next += 1;
    }
    if (highest !== null && value(after) < value(highest)) return { before: highest, after };
  }
  return null;
}
