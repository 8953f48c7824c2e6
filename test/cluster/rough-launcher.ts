/**
 * A launcher as they are in the wild: it plays, and its messages come twice, late, out of order or not at all; it
 * vanishes without an end, comes back, changes the device, reports what was played offline, and asks for statistics.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pass } from 'node:timers/promises';
import { isUnknown, type BeatExchange, type Exchange } from './exchange.ts';
import type { RecordingClient } from './recording-client.ts';
import type { SeededRandom } from '../simulation/seeded-random.ts';
import type { OfflineSession, StartedSession } from '../../lib/contract/playtime.ts';

export interface LauncherOptions {
  readonly client: RecordingClient;
  readonly random: SeededRandom;
  readonly games: readonly string[];
  /** Between two heartbeats, ms. */
  readonly intervalMs: number;
  /** Whether to go home. */
  readonly stopped: () => boolean;
}

/** How often the same request is sent while nobody knows what became of it. */
const PATIENCE = 6;

export class RoughLauncher {
  readonly #options: LauncherOptions;
  #device = randomUUID();
  /** Requests that nobody waits for. */
  readonly #loose = new Set<Promise<unknown>>();

  constructor(options: LauncherOptions) {
    this.#options = options;
  }

  async play(): Promise<void> {
    const { random, games, intervalMs, stopped, client } = this.#options;
    await pass(random.next() * intervalMs);
    while (!stopped()) {
      await this.#playGame(random.pick(games));
      if (random.chance(0.2)) await client.stats();
      if (random.chance(0.15)) await this.#reportOffline();
    }
    await Promise.all(this.#loose);
  }

  async #playGame(game: string): Promise<void> {
    const { random, client, intervalMs, stopped } = this.#options;
    if (random.chance(0.15)) this.#device = randomUUID();
    const named = random.chance(0.4) ? { client_session_id: randomUUID() } : {};
    const body = { game_id: game, device_id: this.#device, ...named };
    const { reply } = await this.#insist(() => client.start(body));
    if (!reply) return void (await pass(intervalMs));
    const play = new Play(reply, random.chance(0.2), random);
    const beats = random.between(2, 25);
    for (let beat = 0; beat < beats && !stopped(); beat += 1) {
      await pass(intervalMs * (0.6 + random.next() * 0.8));
      if (await this.#beat(play)) return;
    }
    // Vanished: the timer has to close it, unless we come back in time.
    if (random.chance(0.15)) return;
    await this.#end(play);
  }

  /** Resolves with whether the session has ended. */
  async #beat(play: Play): Promise<boolean> {
    const { random, client } = this.#options;
    const chance = random.next();
    const send = (body: ReturnType<Play['next']>): Promise<BeatExchange> => client.beat('heartbeat', body);
    if (chance < 0.05 && play.seq > 2) {
      const late = { session_id: play.session, seq: play.seq - random.between(1, 2) };
      return isOver(await send(late));
    }
    if (chance < 0.1) {
      const [first, second] = [play.next(), play.next()];
      const answers = await Promise.all([send(second), send(first)]);
      return answers.some(isOver);
    }
    if (chance < 0.15) {
      this.#letLoose(send(play.next()));
      return false;
    }
    const body = play.next();
    if (chance < 0.25) return (await Promise.all([send(body), send(body)])).some(isOver);
    const answer = await this.#insist(() => send(body));
    if (random.chance(0.04)) await client.stats();
    return isOver(answer);
  }

  async #end(play: Play): Promise<void> {
    const { random, client } = this.#options;
    const body = play.next();
    const ended = await this.#insist(() => client.beat('end', body));
    if (random.chance(0.2)) await client.beat('end', body);
    if (random.chance(0.1)) await client.beat('heartbeat', { ...body, seq: Math.max(1, body.seq - 1) });
    if (random.chance(0.1)) await client.beat('heartbeat', play.next());
    const credited = ended.reply?.credited_seconds ?? 0;
    if (!random.chance(0.05) || credited === 0) return;
    // An owner may only take away from a session, once PostgreSQL has it.
    const lower = { credited_seconds: random.between(0, credited - 1), reason: 'left it running' };
    await this.#insist(() => client.correct(play.session, lower));
  }

  async #reportOffline(): Promise<void> {
    const { random, games, client } = this.#options;
    const sessions = Array.from({ length: random.between(1, 4) }, () => this.#playedOffline(random.pick(games)));
    const body = { sessions: random.chance(0.2) ? [...sessions, ...sessions] : sessions };
    const report = (): ReturnType<RecordingClient['offline']> => client.offline(body);
    await (random.chance(0.3) ? Promise.all([report(), report()]) : this.#insist(report));
    if (random.chance(0.3)) await report();
  }

  /** Some of it long ago, overlapping what else was played then; some of it just now, while the game ran online. */
  #playedOffline(game: string): OfflineSession {
    const { random } = this.#options;
    const ago = random.chance(0.5) ? random.between(1, 20) * 1_000 : random.between(600, 900) * 1_000;
    const start = Date.now() - ago;
    const end = Math.min(Date.now(), start + random.between(1_000, 30_000));
    return {
      client_session_id: randomUUID(),
      game_id: game,
      device_id: this.#device,
      started_at: new Date(start).toISOString(),
      ended_at: new Date(end).toISOString(),
      ...(random.chance(0.3) ? { active_seconds: random.between(0, 20) } : {}),
    };
  }

  /** Sends the same request until it is known what became of it, as far as patience goes. */
  async #insist<E extends Exchange>(send: () => Promise<E>): Promise<E> {
    for (let attempt = 1; ; attempt += 1) {
      const exchange = await send();
      if (!isUnknown(exchange) || attempt === PATIENCE) return exchange;
      await pass(150 + this.#options.random.next() * 250);
    }
  }

  #letLoose(request: Promise<unknown>): void {
    this.#loose.add(request);
    void request.finally(() => this.#loose.delete(request));
  }
}

/** One session from the launcher's side. */
class Play {
  readonly session: string;
  readonly #random: SeededRandom;
  readonly #since = Date.now();
  readonly #counts: boolean;
  seq: number;

  /** @param counts whether it counts its own active time */
  constructor(started: StartedSession, counts: boolean, random: SeededRandom) {
    this.session = started.session_id;
    this.seq = started.seq;
    this.#counts = counts;
    this.#random = random;
  }

  next(): { session_id: string; seq: number; active_ms?: number } {
    this.seq += 1;
    const body = { session_id: this.session, seq: this.seq };
    if (!this.#counts) return body;
    return { ...body, active_ms: Math.floor((Date.now() - this.#since) * (0.5 + this.#random.next())) };
  }
}

function isOver({ failure, reply }: BeatExchange): boolean {
  return reply?.status === 'ended' || (failure !== null && failure.status >= 400 && failure.status < 500);
}
