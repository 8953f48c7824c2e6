import type { Command, Reply, SessionReply } from '../../actors/messages.ts';
import type { UuidKey } from '../../lib/uuid.ts';
import type { Cluster } from './cluster.ts';

const BEAT_MS = 5_000;

/** A key that can be read in a trace. */
export const keyOf = (name: string): UuidKey => name.padStart(16, '.').slice(-16) as UuidKey;

/** A launcher on one device of one user: plays, and behaves as launchers do: repeats, hurries, delays, vanishes. */
export class Launcher {
  readonly #cluster: Cluster;
  readonly #user: UuidKey;
  readonly #device: UuidKey;
  readonly #games: readonly UuidKey[];
  #sessions = 0;
  #stopped = false;

  constructor(cluster: Cluster, user: UuidKey, device: string, games: readonly UuidKey[]) {
    this.#cluster = cluster;
    this.#user = user;
    this.#device = keyOf(device);
    this.#games = games;
  }

  stop(): void {
    this.#stopped = true;
  }

  async run(): Promise<void> {
    const { random, time } = this.#cluster;
    while (!this.#stopped) {
      await time.sleep(random.between(0, 6_000));
      if (random.chance(0.15)) await this.#ask(this.#aside());
      else await this.#play(random.pick(this.#games));
    }
  }

  /** What other parts of the product ask of the actor now and then. */
  #aside(): Command {
    const { random } = this.#cluster;
    const kind = random.pick(['held', 'held', 'flush', 'revoke'] as const);
    return kind === 'revoke' ? { kind, gameId: random.pick(this.#games) } : { kind };
  }

  #ask(command: Command): Promise<Reply | null> {
    return this.#cluster.ask(this.#user, command);
  }

  /** Asks until there is an answer, or patience ends. */
  async #insist(next: () => Command): Promise<Reply | null> {
    const { random, time } = this.#cluster;
    for (let patience = random.between(1, 5); patience > 0 && !this.#stopped; patience -= 1) {
      const command = next();
      const twice = random.chance(0.08) ? this.#ask(command) : null;
      const reply = await this.#ask(command);
      await twice;
      if (reply) return reply;
      await time.sleep(random.between(100, 2_000));
    }
    return null;
  }

  async #start(game: UuidKey): Promise<SessionReply | null> {
    const { random, database } = this.#cluster;
    const clientSessionId = random.chance(0.5) ? `run ${this.#sessions}` : null;
    const reply = await this.#insist(() => {
      this.#sessions += 1; // the gateway gives every request an id, and looks at the database anew
      const sessionId = keyOf(`${this.#user.slice(-2)}${this.#device.slice(-2)}s${this.#sessions}`);
      const known = database.totalOf(this.#user, game);
      return { kind: 'start', sessionId, gameId: game, deviceId: this.#device, clientSessionId, ...known };
    });
    return reply?.kind === 'session' ? reply : null;
  }

  async #play(game: UuidKey): Promise<void> {
    const { random, time } = this.#cluster;
    const started = await this.#start(game);
    if (!started || started.session.ended) return;
    const { sessionId } = started.session;
    let { seq } = started.session;
    const began = time.now;
    const counts = random.chance(0.5);
    const active = (): number | null => (counts ? Math.floor((time.now - began) * 0.9) : null);

    for (let beats = random.between(0, 12); beats > 0 && !this.#stopped; beats -= 1) {
      await time.sleep(random.chance(0.05) ? random.between(6_000, 18_000) : BEAT_MS + random.between(-500, 500));
      seq += 1;
      const beat: Command = { kind: 'heartbeat', sessionId, seq, activeMs: active() };
      // In a hurry: the next one overtakes this one, or leaves before it is answered.
      const hurried = random.chance(0.1) ? this.#ask({ ...beat, seq: (seq += 1) }) : null;
      const replies = [await this.#insist(() => beat), await hurried];
      if (replies.some((reply) => reply?.kind === 'refused' || (reply?.kind === 'session' && reply.session.ended)))
        return;
    }
    if (random.chance(0.7)) await this.#insist(() => ({ kind: 'end', sessionId, seq: seq + 1, activeMs: active() }));
  }
}
