import type { PlaytimeSink, SessionRow } from '../../lib/ports/playtime-sink.ts';
import type { UuidKey } from '../../lib/uuid.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import type { UnreliableWire } from './unreliable-wire.ts';

const sum = (numbers: readonly number[]): number => numbers.reduce((total, ms) => total + ms, 0);

/** PostgreSQL as the flush sees it: session rows under a revision, and totals derived from their change. */
export class SimulatedDatabase {
  readonly rows = new Map<UuidKey, SessionRow>();
  /** By user and game. */
  readonly totals = new Map<string, number>();
  /** By user, game and UTC day. */
  readonly daily = new Map<string, number>();
  /** By user: what the last flush that was watched goes back to. */
  readonly traces = new Map<UuidKey, string>();
  readonly #wire: UnreliableWire;

  constructor(wire: UnreliableWire) {
    this.#wire = wire;
  }

  client(process: SimulatedProcess): PlaytimeSink {
    return {
      flush: (rows, traces) =>
        this.#wire.call(process, () => {
          for (const [user, trace] of traces ?? []) this.traces.set(user, trace);
          for (const row of rows) this.#upsert(row);
        }),
    };
  }

  creditOf(session: UuidKey): number {
    return sum(this.rows.get(session)?.msByDay ?? []);
  }

  /** What a start reads before it is sent: the game's total and what it holds of each session, in one snapshot. */
  totalOf(user: UuidKey, game: UuidKey): { totalMs: number; counted: (readonly [UuidKey, number])[] } {
    const counted: (readonly [UuidKey, number])[] = [];
    for (const row of this.rows.values()) {
      if (row.userId === user && row.gameId === game) counted.push([row.sessionId, sum(row.msByDay)]);
    }
    return { totalMs: this.totals.get(user + game) ?? 0, counted };
  }

  #upsert(row: SessionRow): void {
    const before = this.rows.get(row.sessionId);
    if (before && before.rev >= row.rev) return;
    const days = Math.max(row.msByDay.length, before?.msByDay.length ?? 0);
    const msByDay = Array.from({ length: days }, (_, day) =>
      Math.max(row.msByDay[day] ?? 0, before?.msByDay[day] ?? 0),
    );
    this.rows.set(row.sessionId, { ...row, msByDay });
    msByDay.forEach((ms, day) => {
      const delta = ms - (before?.msByDay[day] ?? 0);
      const game = row.userId + row.gameId;
      const date = `${game}${row.firstDay + day}`;
      this.totals.set(game, (this.totals.get(game) ?? 0) + delta);
      this.daily.set(date, (this.daily.get(date) ?? 0) + delta);
    });
  }
}
