import { randomUUID } from 'node:crypto';
import { RequestFailed, type LibraryClient } from '../client/library-client.ts';

export interface LauncherOptions {
  /** Starts go over REST; beats over whatever this is. */
  readonly client: Pick<LibraryClient, 'start' | 'heartbeat' | 'end'>;
  readonly games: readonly string[];
  /** Between two heartbeats, ms. */
  readonly intervalMs: number;
  /** When the launcher quits its last game, ms since the Unix epoch. */
  readonly until: number;
  readonly onRequest: (ms: number) => void;
  readonly onFailure: (error: RequestFailed) => void;
}

const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

/**
 * A player's launcher: starts a game, sends heartbeats (some of them twice, as after a lost reply), now and then goes on
 * from another device or changes the game, and ends. It remembers what the service acknowledged.
 */
export class Launcher {
  readonly #options: LauncherOptions;
  /** The game's total as the last acknowledged reply said, by game id, seconds. */
  readonly acknowledged = new Map<string, number>();
  /** Whether every request got an answer, so that the totals must be exactly what was acknowledged. */
  certain = true;
  #device = randomUUID();

  constructor(options: LauncherOptions) {
    this.#options = options;
  }

  async play(): Promise<void> {
    const { games, intervalMs, until } = this.#options;
    await pass(Math.random() * intervalMs);
    while (Date.now() < until) {
      const game = games[Math.floor(Math.random() * games.length)];
      if (game === undefined) return;
      if (Math.random() < 0.2) this.#device = randomUUID();
      await this.#playGame(game);
    }
  }

  async #playGame(game: string): Promise<void> {
    const { client, intervalMs, until } = this.#options;
    const started = await this.#ask(() => client.start({ game_id: game, device_id: this.#device }));
    if (!started) return pass(intervalMs);
    this.acknowledged.set(game, started.game_total_seconds);
    let seq = started.seq;
    const beats = 1 + Math.floor(Math.random() * 20);
    for (let beat = 0; beat < beats && Date.now() + intervalMs < until; beat += 1) {
      await pass(intervalMs * (0.8 + Math.random() * 0.4));
      seq += 1;
      const body = { session_id: started.session_id, seq };
      const reply = await this.#ask(() => client.heartbeat(body));
      if (reply) this.acknowledged.set(game, reply.game_total_seconds);
      if (Math.random() < 0.05) await this.#ask(() => client.heartbeat(body));
    }
    await pass(Math.min(intervalMs, until - Date.now()));
    seq += 1;
    const ended = await this.#ask(() => client.end({ session_id: started.session_id, seq }));
    if (ended) this.acknowledged.set(game, ended.game_total_seconds);
  }

  /** Sends a request, once more when nobody knows what became of the first. */
  async #ask<Reply>(send: () => Promise<Reply>): Promise<Reply | null> {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const began = performance.now();
      try {
        const reply = await send();
        this.#options.onRequest(performance.now() - began);
        return reply;
      } catch (error) {
        if (!(error instanceof RequestFailed)) throw error;
        this.#options.onFailure(error);
        if (!error.unknownOutcome) return null;
        await pass(500 * (attempt + 1));
      }
    }
    this.certain = false;
    return null;
  }
}
