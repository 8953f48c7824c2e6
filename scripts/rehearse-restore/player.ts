import { randomUUID } from 'node:crypto';
import { setTimeout as pass } from 'node:timers/promises';
import { RequestFailed, type LibraryClient } from '../client/library-client.ts';

const RETRY_MS = 200;

/** Whether launchers may send now. While they may not, they wait with their sessions open. */
export class Gate {
  #open: Promise<void> = Promise.resolve();
  #release: () => void = () => undefined;

  close(): void {
    this.#open = new Promise((resolve) => (this.#release = resolve));
  }

  open(): void {
    this.#release();
  }

  passed(): Promise<void> {
    return this.#open;
  }
}

export interface PlayerOptions {
  readonly client: Pick<LibraryClient, 'start' | 'heartbeat' | 'end'>;
  readonly games: readonly string[];
  readonly intervalMs: number;
  readonly gate: Gate;
  readonly stopped: () => boolean;
}

/**
 * A launcher that never gives up: while there is no answer it asks again, so in the end it knows of everything what became
 * of it. It remembers what was acknowledged.
 */
export class Player {
  readonly #options: PlayerOptions;
  readonly #device = randomUUID();
  /** The game's total as the last reply said, seconds, by game id. */
  readonly acknowledged = new Map<string, number>();
  /** Heartbeats acknowledged. */
  beats = 0;
  /** How often a session could not go on, and was started anew. */
  startedAnew = 0;

  constructor(options: PlayerOptions) {
    this.#options = options;
  }

  async play(): Promise<void> {
    const { games, stopped, intervalMs } = this.#options;
    await pass(Math.random() * intervalMs);
    for (let round = 0; !stopped(); round += 1) {
      const game = games[round % games.length];
      if (game === undefined) return;
      await this.#playGame(game, 5 + Math.floor(Math.random() * 60));
    }
  }

  async #playGame(game: string, beats: number): Promise<void> {
    const { client, intervalMs, stopped } = this.#options;
    const body = { game_id: game, device_id: this.#device, client_session_id: randomUUID() };
    const started = await this.#insist(() => client.start(body));
    this.acknowledged.set(game, started.game_total_seconds);
    let { seq } = started;
    try {
      for (let beat = 0; beat < beats && !stopped(); beat += 1) {
        await pass(intervalMs * (0.8 + Math.random() * 0.4));
        seq += 1;
        const beaten = { session_id: started.session_id, seq };
        const reply = await this.#insist(() => client.heartbeat(beaten));
        this.acknowledged.set(game, reply.game_total_seconds);
        this.beats += 1;
      }
      const last = { session_id: started.session_id, seq: seq + 1 };
      const ended = await this.#insist(() => client.end(last));
      this.acknowledged.set(game, ended.game_total_seconds);
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      this.startedAnew += 1;
    }
  }

  /** @throws RequestFailed when the service says no */
  async #insist<Reply>(send: () => Promise<Reply>): Promise<Reply> {
    const { gate } = this.#options;
    for (;;) {
      await gate.passed();
      try {
        return await send();
      } catch (error) {
        if (!(error instanceof RequestFailed) || !(error.unknownOutcome || error.status === 429)) throw error;
        await pass(RETRY_MS);
      }
    }
  }
}
